import { afterAll, beforeAll, expect, test } from 'vitest';
import { definePlugin, respond } from 'hookway';
import { startTestGateway, type TestGateway } from 'hookway/testing';
import { mutate } from '../fuzz/mutate.ts';
import { Random } from '../fuzz/random.ts';
import { readCases, readJsonLines } from '../support/jsonl.ts';
import { isRelayedWhole, outcomesOf } from './matrix/hostile-backend.ts';
import { inParallel } from './matrix/in-parallel.ts';
import { requestCases } from './matrix/request-cases.ts';
import type { ResponseCase } from './matrix/response-cases.ts';
import { mayTakeRequest } from './node-allowances.ts';
import { refusedByNode } from './node-client.ts';
import { ending, exchange, NodeServer } from './node-verdicts.ts';

/** Answers 200 by itself once the whole request is there. */
const taker = definePlugin({
  name: 'taker',
  setup: ({ hooks }) => {
    hooks.onRequest.tapPromise(async ({ outbound }) => {
      await outbound.body.buffer(100_000);
      return respond(200);
    });
  },
});

const corpus = (name: string): string[] =>
  readJsonLines<{ b64: string }>(new URL(`corpora/${name}.jsonl`, import.meta.url)).map(({ b64 }) =>
    Buffer.from(b64, 'base64').toString('latin1'),
  );

const written = <T>(folder: string): T[] =>
  readCases<T>(new URL(folder, import.meta.url)).flatMap(([, cases]) => cases);

/** The seeds themselves, and so many mutations of them. */
function withMutations(texts: readonly string[], count: number): string[] {
  const random = new Random(9_112);
  const seeds = texts.map((text) => Buffer.from(text, 'latin1'));
  return [...texts, ...Array.from({ length: count }, () => mutate(seeds, random).toString('latin1'))];
}

function requests(): string[] {
  const recorded = written<{ send: string }>('requests/').map(({ send }) => send);
  const known = [...recorded, ...['llhttp-request', 'guardian', 'go-nethttp'].flatMap(corpus)];
  const combined = requestCases().filter((_, i) => i % 7 === 0);
  return [...withMutations(known, 3_000), ...combined.map(({ bytes }) => bytes)];
}

/** The ones of the matrix are compared there. */
function responses(): ResponseCase[] {
  const recorded = written<{ respond: string }>('responses/').map(({ respond }) => respond);
  return withMutations([...recorded, ...corpus('llhttp-response')], 2_000).map((bytes, i) => ({
    id: String(i),
    method: i % 4 === 0 ? 'HEAD' : 'GET',
    offersSwitch: false,
    bytes,
  }));
}

let node: NodeServer;
let gateway: TestGateway;

beforeAll(async () => {
  const limits = {
    headTimeoutMs: 300,
    keepAliveTimeoutMs: 300, // the last request may have become a trailer
    requestIdleTimeoutMs: 300,
    lingerTimeoutMs: 100,
    maxHeadBytes: 65_536,
  };
  node = await new NodeServer().listen();
  gateway = await startTestGateway({ plugins: [taker()], limits, log: { level: 'silent' } });
});

afterAll(async () => {
  node.close();
  await gateway.close();
});

/** Methods of the requests that the gateway takes, one behind the other. */
async function methodsTaken(bytes: string): Promise<string[]> {
  const before = gateway.exchanges.length;
  const { localPort } = await exchange(gateway.port, bytes);
  return gateway.exchanges
    .slice(before)
    .filter(({ connection, response }) => connection.remotePort === localPort && response?.status === 200)
    .map(({ inbound }) => inbound.method);
}

test('whatever request the gateway accepts is accepted by Node’s parser in strict mode, but for the listed cases', async () => {
  const surplus: string[] = [];
  let accepted = 0;
  await inParallel(requests(), 100, async (bytes) => {
    const methods = await methodsTaken(bytes);
    if (methods.length === 0) return;
    accepted++;
    if (methods.length <= (await node.accepts(bytes))) return;
    if (!mayTakeRequest(bytes + ending, methods)) surplus.push(JSON.stringify(bytes));
  });
  expect(surplus).toEqual([]);
  expect(accepted).toBeGreaterThan(200);
}, 60_000);

test('whatever response the gateway relays as whole is taken by Node’s client in strict mode, but for the listed cases', async () => {
  const cases = responses();
  const outcomes = await outcomesOf(cases);
  const relayed = cases.filter(({ id }) => isRelayedWhole(outcomes.get(id)!));
  expect(await refusedByNode(relayed)).toEqual([]);
  expect(relayed.length).toBeGreaterThan(200);
  if (process.env['MATRIX'] !== undefined) console.log({ responses: cases.length, relayed: relayed.length });
}, 60_000);
