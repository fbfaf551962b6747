import { beforeAll, expect, test } from 'vitest';
import { isInterim, isSwitch, readAs, type ReadMessage } from '../support/lenient-reader.ts';
import { strict } from '../support/readings.ts';
import { differencesIn } from './matrix/differences.ts';
import { isRelayedWhole, type Outcome, outcomesOf } from './matrix/hostile-backend.ts';
import { type ResponseCase, responseCases } from './matrix/response-cases.ts';
import { refusedByNode } from './node-client.ts';

const cases = responseCases();
const tolerant = { ...strict, chunkExtension: 'ignored' } as const;
let outcomes: Map<string, Outcome>;

beforeAll(async () => {
  outcomes = await outcomesOf(cases);
}, 60_000);

/** The responses that are no interim ones, as a strict reader finds them. */
function finalsIn(text: string, methods: readonly string[]): ReadMessage[] {
  return readAs(text, tolerant, methods).messages.filter((message) => !isInterim(message));
}

/** What the client of a case got: the responses, and whether its connection became a tunnel. */
function gotBy({ id, method }: ResponseCase): {
  readonly outcome: Outcome;
  readonly finals: readonly ReadMessage[];
  readonly isTunnel: boolean;
} {
  const outcome = outcomes.get(id)!;
  const finals = finalsIn(outcome.received, [method, 'GET']);
  const [first] = finals;
  return { outcome, finals, isTunnel: first !== undefined && isSwitch(first, method) };
}

test('what a client receives says the same to a strict reader and to every lenient one', () => {
  const differences: string[] = [];
  for (const { id, method } of cases) {
    const { received, wasReset } = outcomes.get(id)!;
    if (wasReset) continue; // it is seen not to be whole
    differences.push(...differencesIn(received, [method, 'GET']).differences.map((each) => `${id}: ${each}`));
  }
  expect(differences.slice(0, 5)).toEqual([]);
});

test('the response of one request never becomes that of another', () => {
  let answered = 0;
  for (const each of cases) {
    const { outcome, finals, isTunnel } = gotBy(each);
    const { received, wasReset } = outcome;
    const next = finals[1];
    if (next === undefined) {
      expect(wasReset || isTunnel || /\r\nConnection: close\r\n/.test(received), received).toBe(true);
      continue;
    }
    answered++;
    expect([next.first, next.body], received).toEqual(['HTTP/1.1 200 OK', `/next/${each.id}`]);
  }
  expect(answered).toBeGreaterThan(1_000);
});

test('what a strict reader refuses is not relayed as a whole response, but for chunk extensions', () => {
  const surplus = cases.filter(({ id, method, bytes }) => {
    if (!isRelayedWhole(outcomes.get(id)!)) return false;
    return !finalsIn(bytes, [method]).some(({ isWhole }) => isWhole);
  });
  expect(surplus.map(({ bytes }) => bytes)).toEqual([]);
});

test('what Node’s client refuses in strict mode is not relayed as a whole response, but for the listed cases', async () => {
  const relayed = cases.filter(({ id }) => isRelayedWhole(outcomes.get(id)!));
  expect(await refusedByNode(relayed)).toEqual([]);
});

test('a tunnel begins where the head ends, and the head tells no length (RFC 9110 8.6, 9.3.6)', () => {
  let tunnels = 0;
  for (const each of cases) {
    const { outcome, finals, isTunnel } = gotBy(each);
    if (!isTunnel) continue;
    tunnels++;
    const [sent] = finalsIn(each.bytes, [each.method]);
    expect(outcome.received.slice(finals[0]!.end)).toBe(each.bytes.slice(sent!.end));
    expect(finals[0]!.fields.filter((field) => /^(?:content-length|transfer-encoding):/.test(field))).toEqual(
      [],
    );
  }
  expect(tunnels).toBeGreaterThan(50);
});

test('no connection becomes a tunnel unless the request asked for it', () => {
  const surplus = cases.filter((each) => {
    const { isTunnel, finals } = gotBy(each);
    if (!isTunnel) return false;
    return / 101/.test(finals[0]!.first) ? !each.offersSwitch : each.method !== 'CONNECT';
  });
  expect(surplus.map(({ bytes }) => bytes)).toEqual([]);
});

test('a backend is heard, or its client gets a 502 or is cut off', () => {
  const fates = { relayed: 0, refused: 0, cutOff: 0, timedOut: 0, tunnels: 0 };
  for (const each of cases) {
    const { outcome, isTunnel } = gotBy(each);
    const status = /^(?:HTTP\/1\.1 1(?!01)[^]*?\r\n\r\n)*HTTP\/1\.1 (\d+)/.exec(outcome.received)?.[1];
    if (outcome.wasReset) fates.cutOff++;
    else if (isTunnel) fates.tunnels++;
    else if (status === '502') fates.refused++;
    else if (status === '504') fates.timedOut++;
    else fates.relayed++;
  }
  expect(cases.length).toBeGreaterThan(1_500);
  expect(fates.refused).toBeGreaterThan(1_000);
  expect(fates.relayed).toBeGreaterThan(200);
  if (process.env['MATRIX'] !== undefined) console.log({ cases: cases.length, ...fates });
});
