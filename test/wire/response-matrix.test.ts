import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type OriginAnswer,
  type OriginRequest,
  startOrigin,
  startTestGateway,
  type Origin,
  type TestGateway,
} from 'hookway/testing';
import { readAs } from '../support/lenient-reader.ts';
import { strict } from '../support/readings.ts';
import { differencesIn } from './matrix/differences.ts';
import { inParallel } from './matrix/in-parallel.ts';
import { responseCases, type ResponseCase } from './matrix/response-cases.ts';

const cases = responseCases();
const clientsAtOnce = 128;
/** What became of each case: the bytes that its client received, and whether the connection was reset. */
const outcomes = new Map<string, { readonly received: string; readonly wasReset: boolean }>();

let origin: Origin;
let gateway: TestGateway;

/** Answers a case with its bytes, and keeps the connection or, every other time, closes it. */
function answer({ target }: OriginRequest): OriginAnswer {
  const [, kind, id] = target.split('/');
  if (kind !== 'case') return { body: target };
  const { bytes } = cases[Number(id)]!;
  return { raw: bytes, ending: Number(id) % 2 === 0 ? 'keep' : 'close' };
}

async function run({ id, method }: ResponseCase): Promise<void> {
  using client = await gateway.connect();
  const fields = `Host: a.example\r\n${method === 'POST' ? 'Content-Length: 0\r\n' : ''}`;
  client.send(`${method} /case/${id} HTTP/1.1\r\n${fields}\r\n`);
  client.send(`GET /next/${id} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n`);
  const received = (await client.readUntilClose()).toString('latin1');
  outcomes.set(id, { received, wasReset: client.wasReset });
}

beforeAll(async () => {
  origin = await startOrigin(answer);
  const app = {
    backends: [origin.url],
    responseHeadTimeoutMs: 3_000,
    idleTimeoutMs: 200,
    maxConnections: 64,
  };
  gateway = await startTestGateway({
    upstreams: { app },
    limits: { lingerTimeoutMs: 100 },
    log: { level: 'silent' },
  });
  await inParallel(cases, clientsAtOnce, run);
}, 60_000);

afterAll(async () => {
  await gateway.close();
  await origin.close();
});

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
  for (const { id, method } of cases) {
    const { received, wasReset } = outcomes.get(id)!;
    const { messages } = readAs(received, strict, [method, 'GET']);
    const finals = messages.filter(({ first }) => !first.startsWith('HTTP/1.1 1'));
    const next = finals[1];
    if (next === undefined) {
      expect(wasReset || /\r\nConnection: close\r\n/.test(received), received).toBe(true);
      continue;
    }
    answered++;
    expect([next.first, next.body], received).toEqual(['HTTP/1.1 200 OK', `/next/${id}`]);
  }
  expect(answered).toBeGreaterThan(1_000);
});

test('what a strict reader refuses is not relayed as a whole response, but for chunk extensions', () => {
  const tolerant = { ...strict, chunkExtension: 'ignored' } as const;
  const surplus = cases.filter(({ id, method, bytes }) => {
    const { received, wasReset } = outcomes.get(id)!;
    if (wasReset || received.includes('application/problem+json')) return false;
    const { messages } = readAs(bytes, tolerant, [method]);
    return !messages.some(({ first, isWhole }) => isWhole && !first.startsWith('HTTP/1.1 1'));
  });
  expect(surplus.map(({ bytes }) => bytes)).toEqual([]);
});

test('a backend is heard, or its client gets a 502 or is cut off', () => {
  const fates = { relayed: 0, refused: 0, cutOff: 0, timedOut: 0 };
  for (const { received, wasReset } of outcomes.values()) {
    const status = /^(?:HTTP\/1\.1 1[^]*?\r\n\r\n)*HTTP\/1\.1 (\d+)/.exec(received)?.[1];
    if (wasReset) fates.cutOff++;
    else if (status === '502') fates.refused++;
    else if (status === '504') fates.timedOut++;
    else fates.relayed++;
  }
  expect(cases.length).toBeGreaterThan(1_500);
  expect(fates.refused).toBeGreaterThan(1_000);
  expect(fates.relayed).toBeGreaterThan(200);
  if (process.env['MATRIX'] !== undefined) console.log({ cases: cases.length, ...fates });
});
