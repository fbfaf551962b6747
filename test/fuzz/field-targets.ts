import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import type { PluginList } from 'hookway';
import type { OriginRequest } from 'hookway/testing';
import { certificates } from '../e2e/tls/certificates.ts';
import { makeIdentities, openBridge } from './client-bridge.ts';
import { FieldTrial } from './field-trial.ts';
import { mutateHead, seedHeads } from './heads.ts';
import { certified, mistrusting, trusting } from './plugin-stacks.ts';
import type { Target, Trial } from './target.ts';
import {
  checkCertificate,
  checkFields,
  checkForms,
  checkMistrust,
  checkRequest,
  checkResponse,
  namesIn,
} from './wire-promises.ts';

const wholeHead = /^([A-Z]+) [!-~]+ HTTP\/1\.1\r\n(?:[^\r\n\0]+\r\n)*\r\n$/;
const otherThanHead = /^(?:content-length|transfer-encoding|connection|expect|upgrade) *:/im;

/** The method when the bytes are one request without a body, after which another may follow. */
function methodOfOne(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1');
  const method = otherThanHead.test(text) ? undefined : wholeHead.exec(text)?.[1];
  return method === 'CONNECT' ? undefined : method;
}

/** What else holds for what a backend got, when that was sent. */
type CheckRequest = (request: OriginRequest, sent: string) => void;

async function checkOne(trial: FieldTrial, bytes: Buffer, check: CheckRequest): Promise<void> {
  const sent = namesIn(bytes);
  const method = methodOfOne(bytes);
  if (method === undefined) {
    const answer = (await trial.exchangeBytes(bytes)).toString('latin1');
    assert.match(answer, /^(?:HTTP\/1\.1 \d{3} |$)/);
    assert.doesNotMatch(answer, /^HTTP\/1\.1 500/m);
  } else {
    const response = await trial.exchange(bytes, method);
    assert(response.status !== 500 && response.status !== 502, `answered with ${response.startLine}`);
    checkResponse(response.headers, new Set());
    assert.deepEqual(response.trailers, []);
  }
  const requests = trial.takeRequests();
  if (method !== undefined) assert(requests.length <= 1, `became ${requests.length} requests`);
  for (const request of requests) {
    checkRequest(request, sent);
    check(request, bytes.toString('latin1'));
  }
}

function requestTarget(name: string, runsInTests: number, start: () => Promise<Trial>): Target {
  return {
    name,
    seeds: seedHeads('request'),
    mutate: (seeds, random) => mutateHead('request', seeds, random),
    start,
    runsInTests,
  };
}

function trialOf(trial: FieldTrial, check: CheckRequest, end?: () => Promise<void>): Trial {
  return {
    check: (bytes) => checkOne(trial, bytes, check),
    settle: () => trial.settle(),
    [Symbol.asyncDispose]: async () => {
      await trial[Symbol.asyncDispose]();
      await end?.();
    },
  };
}

async function startPlain(plugins: PluginList, check: CheckRequest): Promise<Trial> {
  return trialOf(await FieldTrial.start(plugins), check);
}

async function startCertified(): Promise<Trial> {
  const who = makeIdentities();
  const { server, client, authority } = who;
  const plugins = [certificates(() => ({ '*': { chains: [server] } })), certified()];
  const tls = { clientCertificate: 'request', clientCa: authority.certFile } as const;
  let bridge: AsyncDisposable | undefined;
  const trial = await FieldTrial.start(plugins, { tls }, async ({ port }) => {
    const opened = await openBridge(port, who);
    bridge = opened;
    return opened.port;
  });
  const expected = `:${new X509Certificate(client.cert).raw.toString('base64')}:`;
  return trialOf(
    trial,
    (request) => checkCertificate(request, expected),
    async () => {
      await bridge?.[Symbol.asyncDispose]();
      who[Symbol.dispose]();
    },
  );
}

const asking = Buffer.from(
  'GET / HTTP/1.1\r\nHost: a.test\r\nAccept-Encoding: gzip\r\nOrigin: https://example.com\r\nX-Key: a\r\nConnection: close\r\n\r\n',
);

/** A backend whose response heads are the inputs. */
async function startAnswers(): Promise<Trial> {
  const trial = await FieldTrial.start(trusting());
  let head: Buffer = Buffer.alloc(0);
  trial.origin.script = ({ connection }) => {
    connection.write(head);
    connection.write('hello world');
    connection.end();
  };
  return {
    async check(bytes) {
      head = bytes;
      const answer = await trial.exchangeLast(asking);
      const [first = '', ...lines] = answer.toString('latin1').split('\r\n\r\n')[0]!.split('\r\n');
      assert.match(first, /^HTTP\/1\.1 \d{3} [\t -~\x80-\xff]*$/);
      assert.doesNotMatch(first, / 500 /);
      const fields = lines.map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      });
      checkFields(fields);
      if (!first.includes(' 1')) checkResponse(fields, namesIn(bytes));
    },
    settle: () => trial.settle(),
    [Symbol.asyncDispose]: () => trial[Symbol.asyncDispose](),
  };
}

/** Every plugin that reads fields, as a client or a backend meets it. */
export const fieldTargets: readonly Target[] = [
  requestTarget('fields that are believed', 1_500, () =>
    startPlain(trusting(), (request) => {
      checkForms(request);
      checkCertificate(request, undefined);
    }),
  ),
  requestTarget('fields that are not believed', 1_500, () =>
    startPlain(mistrusting(), (request, sent) => {
      checkForms(request);
      checkMistrust(request, sent);
      checkCertificate(request, undefined);
    }),
  ),
  requestTarget('fields beside a certificate', 300, startCertified),
  {
    name: 'fields of responses',
    seeds: seedHeads('response'),
    mutate: (seeds, random) => mutateHead('response', seeds, random),
    start: startAnswers,
    runsInTests: 500,
  },
];
