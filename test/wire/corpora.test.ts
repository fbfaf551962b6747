import { describe, expect, test } from 'vitest';
import { startTestGateway } from 'hookway/testing';
import { readJsonLines } from '../support/jsonl.ts';
import { violationsOf } from '../support/strict-reader.ts';

interface Sample {
  readonly id: string;
  readonly b64: string;
  readonly note: string;
}

type Fate = 'stopped' | 'forwarded' | 'waiting';

const samplesOf = (name: string): Sample[] =>
  readJsonLines<Sample>(new URL(`corpora/${name}.jsonl`, import.meta.url));
const bytesOf = ({ b64 }: Sample): string => Buffer.from(b64, 'base64').toString('latin1');

/** Requests without Host would all be refused for that reason alone. */
function withHost(text: string): string {
  if (/^host[ \t]*:/im.test(text)) return text;
  return text.replace(/^((?:\r\n)*[^\r\n]*\r?\n)/, '$1Host: a.example\r\n');
}

/** Sends the bytes through a gateway of their own; what became of them, once a clean request has found its way. */
async function fateOf(text: string): Promise<Fate> {
  await using gateway = await startTestGateway({
    origin: ({ target }) => ({ body: target }),
    log: { level: 'silent' },
  });
  const { origin } = gateway;
  using client = await gateway.connect();
  client.send(text);
  expect(await gateway.fetch('/clean')).toMatchObject({ status: 200, body: '/clean' });
  for (const { received } of origin.connections) expect(violationsOf(received, 'request')).toEqual([]);
  const received = client.received.toString('latin1');
  if (origin.requests.some(({ isComplete, target }) => isComplete && target !== '/clean')) return 'forwarded';
  return /^HTTP\/1\.1 [45]/.test(received) || client.hasEnded ? 'stopped' : 'waiting';
}

async function fatesOf(samples: readonly Sample[]): Promise<Map<string, Fate>> {
  const fates = new Map<string, Fate>();
  for (const sample of samples) {
    fates.set(sample.id, await fateOf(withHost(bytesOf(sample))));
  }
  return fates;
}

const ofFate = (fates: Map<string, Fate>, fate: Fate): string[] =>
  [...fates].filter(([, each]) => each === fate).map(([id]) => id);

describe('requests of http-desync-guardian', () => {
  const ofClass = (pattern: RegExp): Sample[] =>
    samplesOf('guardian').filter(({ note }) => pattern.test(note));

  test('that are severe are all stopped', async () => {
    const fates = await fatesOf(ofClass(/^Severe/));
    expect(fates.size).toBe(58);
    expect(ofFate(fates, 'forwarded')).toEqual([]);
    expect(ofFate(fates, 'waiting')).toEqual([]);
  });

  test('that are compliant are let through, unless they need what the gateway does not do', async () => {
    const fates = await fatesOf(ofClass(/^Compliant/));
    expect(fates.size).toBe(28);
    expect(ofFate(fates, 'stopped')).toEqual([
      // other transfer codings than chunked
      'more-compliant-tests.yaml Correct TE OK',
      'more-compliant-tests.yaml Transfer-Encoding: identity and chunked OK',
      'more-compliant-tests.yaml Multiple transfer encoding headers in a single request OK',
      'more-compliant-tests.yaml TE with custom parameters OK',
      'rfc-compliant.yaml Different Transfer-Encoding headers',
      'rfc-compliant.yaml Different Transfer-Encoding headers combined',
      'rfc-compliant.yaml Transfer-Encoding with a param: chunked;custom_param',
      // a target with a backslash and a fragment, and one that is empty
      'rfc-compliant.yaml Compliant URL',
      'rfc-compliant.yaml Empty URI',
    ]);
  });

  test('that are ambiguous or merely acceptable are stopped or forwarded clean', async () => {
    const fates = await fatesOf(ofClass(/^(Ambiguous|Acceptable)/));
    expect(fates.size).toBeGreaterThan(60);
  });
});

test.each(['llhttp-request', 'go-nethttp'])('requests of %s are stopped or forwarded clean', async (name) => {
  const fates = await fatesOf(samplesOf(name));
  expect(fates.size).toBeGreaterThan(50);
});

test('responses of llhttp are refused, relayed clean or cut off', async () => {
  for (const sample of samplesOf('llhttp-response')) {
    const origin = [{ raw: bytesOf(sample), ending: 'close' as const }, { body: 'clean' }];
    await using gateway = await startTestGateway({ origin, log: { level: 'silent' } });
    using client = await gateway.connect();
    client.send('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n');
    await gateway.waitForExchange();
    await gateway.fetch('/clean');
    expect(violationsOf(client.received, 'response'), sample.id).toEqual([]);
  }
});
