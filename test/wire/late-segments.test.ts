import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Origin,
  type OriginRequest,
  startOrigin,
  startTestGateway,
  type TestGateway,
} from 'hookway/testing';
import { requestText } from './matrix/hostile-backend.ts';
import { inParallel } from './matrix/in-parallel.ts';
import { isOneResponse, type LateCase, lateCases } from './matrix/late-cases.ts';

/** A backend of its own, to which there is one connection at a time. */
interface Lane {
  readonly host: string;
  readonly origin: Origin;
}

const cases = lateCases();
const laneCount = 24;
const lanes: Lane[] = [];
let gateway: TestGateway;

/** Every other lane pipelines. */
const pipelines = (lane: number): boolean => lane % 2 === 1;

beforeAll(async () => {
  for (let i = 0; i < laneCount; i++) lanes.push({ host: `lane-${i}.example`, origin: await startOrigin() });
  const upstreams = lanes.map(({ origin }, i) => [
    `lane-${i}`,
    {
      backends: [origin.url],
      maxConnections: 1,
      pipelining: pipelines(i) ? 8 : 1,
      responseHeadTimeoutMs: 2_000,
    },
  ]);
  gateway = await startTestGateway({
    upstreams: Object.fromEntries(upstreams) as Record<string, { backends: string[] }>,
    routes: lanes.map(({ host }, i) => ({ hosts: [host], upstream: `lane-${i}` })),
    log: { level: 'silent' },
  });
});

afterAll(async () => {
  await gateway.close();
  for (const { origin } of lanes) await origin.close();
});

/** Runs every item, one at a time on each of the lanes. */
async function onLanes<T>(
  items: readonly T[],
  chosen: readonly Lane[],
  run: (lane: Lane, item: T) => Promise<void>,
): Promise<void> {
  const free = [...chosen];
  await inParallel(items, chosen.length, async (item) => {
    const lane = free.pop()!;
    await run(lane, item);
    free.push(lane);
  });
}

const get = (target: string, host: string): string => `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
const answerTo = (target: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${target.length}\r\n\r\n${target}`;

/** A new client gets its own answer. */
async function expectClean({ host }: Lane, { id, method, bytes, tail }: LateCase): Promise<void> {
  using client = await gateway.connect();
  client.send(get(`/next/${id}`, host));
  const { startLine, text, interim, headers } = await client.readResponse();
  const label = JSON.stringify({ method, bytes, tail });
  expect([startLine, text, interim], label).toEqual(['HTTP/1.1 200 OK', `/next/${id}`, []]);
  expect(JSON.stringify(headers), label).not.toMatch(/poison/i);
}

async function sendLate(lane: Lane, each: LateCase): Promise<void> {
  const { origin, host } = lane;
  origin.script = (request) =>
    request.header('x-case') === undefined ? { body: request.target } : { raw: each.bytes, ending: 'keep' };
  using client = await gateway.connect();
  client.send(requestText(each, host));
  await client.readResponse({ to: each.method }).catch(() => undefined); // or what is refused is cut off
  const { connection } = origin.requests.at(-1)!;
  connection.write(each.tail);
  await connection.closed();
  await expectClean(lane, each);
}

test('a segment behind a response that is complete is nobody’s answer, and ends its connection', async () => {
  await onLanes(cases, lanes, sendLate);
  expect(cases.length).toBeGreaterThan(500);
  if (process.env['MATRIX'] !== undefined) console.log({ late: cases.length });
}, 60_000);

/** As `sendLate`, while another request waits for its answer on the connection. */
async function sendBetween(lane: Lane, each: LateCase): Promise<void> {
  const { origin, host } = lane;
  const behind = `/behind/${each.id}`;
  let used: OriginRequest['connection'] | undefined;
  origin.script = (request) => {
    if (request.header('x-case') !== undefined) used = request.connection;
    const isWritten = request.connection === used && !request.target.startsWith('/next');
    return isWritten ? undefined : { body: request.target };
  };
  const before = origin.requests.length;
  using first = await gateway.connect();
  first.send(requestText(each, host));
  await origin.waitForRequest(before + 1);
  using second = await gateway.connect();
  second.send(get(behind, host));
  await origin.waitForRequest(before + 2);
  expect(origin.requests.at(-1)!.connection).toBe(used);
  used!.write(each.bytes);
  await first.readResponse({ to: each.method }).catch(() => undefined);
  used!.write(each.tail + answerTo(behind));
  await second.readResponse().catch(() => undefined); // responses belong to requests in order: this may be the tail
  if (!isOneResponse(each.tail + answerTo(behind))) await used!.closed();
  await expectClean(lane, each);
}

test('a segment between two pipelined responses reaches nobody who asks later', async () => {
  const pipelined = cases.filter(({ method }, i) => method !== 'POST' && i % 3 === 0);
  await onLanes(
    pipelined,
    lanes.filter((_, i) => pipelines(i)),
    sendBetween,
  );
}, 60_000);
