import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OriginRequest, startTestGateway, type TestGateway } from 'hookway/testing';
import { readAs, type ReadMessage } from '../support/lenient-reader.ts';
import { readings, strict } from '../support/readings.ts';
import { differencesIn } from './matrix/differences.ts';
import { inParallel } from './matrix/in-parallel.ts';
import { type RequestCase, requestCases } from './matrix/request-cases.ts';

const cases = requestCases();
const clientsAtOnce = 200;
/** What the client of each case received. */
const received = new Map<string, string>();
/** What reached the backend, over all of its connections. */
const forwarded: ReadMessage[] = [];
const differences: string[] = [];

let gateway: TestGateway;

const end = (id: string): string =>
  `GET /end HTTP/1.1\r\nHost: a.example\r\nX-Case: ${id}\r\nConnection: close\r\n\r\n`;

async function run({ id, bytes }: RequestCase): Promise<void> {
  using client = await gateway.connect();
  client.send(bytes + end(id));
  received.set(id, (await client.readUntilClose()).toString('latin1'));
}

const caseOf = ({ fields }: ReadMessage): string | undefined =>
  fields.find((field) => field.startsWith('x-case: '))?.slice(8);

const counted = (ids: Iterable<string>): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
};

beforeAll(async () => {
  const limits = {
    headTimeoutMs: 200,
    keepAliveTimeoutMs: 200,
    requestIdleTimeoutMs: 200,
    lingerTimeoutMs: 100,
    maxBodyBytes: 2 ** 31 - 1, // a backend that counts with 32 bits must not get more than it can count
  };
  const origin = ({ target }: OriginRequest): object => ({ body: target });
  gateway = await startTestGateway({ limits, origin, log: { level: 'silent' } });
  await inParallel(cases, clientsAtOnce, run);
  for (const connection of gateway.origin.connections) {
    const found = differencesIn(connection.received.toString('latin1'));
    forwarded.push(...found.messages);
    differences.push(...found.differences);
  }
}, 60_000);

afterAll(() => gateway.close());

test('there are at least 1,500 cases and 15 lenient readings, each of which finds something else in a case', () => {
  expect(cases.length).toBeGreaterThan(1_500);
  expect(Object.keys(readings).length).toBeGreaterThan(15);
  const strictly = cases.map(({ bytes }) => JSON.stringify(readAs(bytes, strict, undefined)));
  const idle = Object.entries(readings).filter(([, leniency]) =>
    cases.every(({ bytes }, i) => JSON.stringify(readAs(bytes, leniency, undefined)) === strictly[i]),
  );
  expect(idle.map(([name]) => name)).toEqual([]);
});

test('what is forwarded says the same to a strict reader and to every lenient one', () => {
  expect(differences.slice(0, 5)).toEqual([]);
});

test('the backend gets no request that the gateway did not take for one', () => {
  const taken = counted(
    gateway.exchanges.flatMap((exchange) =>
      exchange.attempts.map(() => exchange.inbound.fields.get('x-case') ?? ''),
    ),
  );
  const reached = counted(forwarded.map((message) => caseOf(message) ?? 'none'));
  const surplus = [...reached].filter(([id, count]) => count > (taken.get(id) ?? 0));
  expect(surplus).toEqual([]);
});

test('what a strict reader refuses is not forwarded, but for empty lines before a request and chunk extensions', () => {
  const tolerant = { ...strict, emptyLines: 'skipped', chunkExtension: 'ignored' } as const;
  const reached = counted(forwarded.map((message) => caseOf(message) ?? 'none'));
  const surplus = cases.filter(({ id, bytes }) => {
    const { messages } = readAs(bytes + end(id), tolerant, undefined);
    return (reached.get(id) ?? 0) > messages.length;
  });
  expect(surplus.map(({ bytes }) => bytes)).toEqual([]);
});

test('a case is forwarded, or refused and its connection closed', () => {
  const reached = new Set(forwarded.map(caseOf));
  let refused = 0;
  for (const { id, bytes } of cases) {
    const text = received.get(id)!;
    const last = text.slice(text.search(/HTTP\/1\.1 \d{3} (?![^]*HTTP\/1\.1 \d{3} )/));
    expect(last, JSON.stringify(bytes)).toMatch(/^HTTP\/1\.1 [245]\d\d [^]*\r\nConnection: close\r\n/);
    if (!reached.has(id)) refused++;
  }
  expect(refused).toBeGreaterThan(1_000);
  expect(reached.size).toBeGreaterThan(300);
  if (process.env['MATRIX'] !== undefined)
    console.log({ cases: cases.length, refused, forwarded: reached.size, messages: forwarded.length });
});
