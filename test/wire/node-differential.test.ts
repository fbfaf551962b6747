import { METHODS } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { definePlugin, respond } from 'hookway';
import { startTestGateway, type TestGateway } from 'hookway/testing';
import { mutate } from '../fuzz/mutate.ts';
import { Random } from '../fuzz/random.ts';
import { readCases, readJsonLines } from '../support/jsonl.ts';
import { inParallel } from './matrix/in-parallel.ts';
import { requestCases } from './matrix/request-cases.ts';
import { ending, exchange, NodeServer } from './node-verdicts.ts';

/** What Node's parser refuses and the gateway takes, with the clause that lets it. */
const allowed: readonly {
  readonly why: string;
  readonly isMet: (bytes: string, methods: readonly string[]) => boolean;
}[] = [
  {
    why: 'methods are tokens, and a gateway forwards those that it does not know (RFC 9110 9.1, 16.1)',
    isMet: (_bytes, methods) => methods.some((method) => !METHODS.includes(method)),
  },
  {
    why: 'Node leaves HTTP behind CONNECT and Upgrade; who does not switch goes on (RFC 9110 7.8, 9.3.6)',
    isMet: (bytes) => /\r\nUpgrade:/i.test(bytes) || bytes.includes('CONNECT '),
  },
  {
    why: 'white space before a length or a coding may be a tab (RFC 9110 5.6.3, RFC 9112 5.1)',
    isMet: (bytes) => /\r\n(?:content-length|transfer-encoding):[ \t]*\t/i.test(bytes),
  },
  {
    why: 'chunk extensions are not looked at: they are dropped, with blanks in them or empty (RFC 9112 7.1.1)',
    isMet: (bytes) => /\r\n[0-9a-f]+;[^\r]*\r\n/i.test(bytes),
  },
  {
    why: 'fields of framing in trailers are ignored (RFC 9110 6.5.1)',
    isMet: (bytes) =>
      /\r\n0+(;[^\r]*)?\r\n(?:[^\r\n:]+:[^\r\n]*\r\n)*(?:content-length|transfer-encoding):/i.test(bytes),
  },
];

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

function inputs(): string[] {
  const written = readCases<{ send: string }>(new URL('requests/', import.meta.url)).flatMap(([, cases]) =>
    cases.map(({ send }) => send),
  );
  const known = [...written, ...['llhttp-request', 'guardian', 'go-nethttp'].flatMap(corpus)];
  const combined = requestCases()
    .filter((_, i) => i % 7 === 0)
    .map(({ bytes }) => bytes);
  const random = new Random(9_112);
  const seeds = known.map((text) => Buffer.from(text, 'latin1'));
  const mutated = Array.from({ length: 3_000 }, () => mutate(seeds, random).toString('latin1'));
  return [...known, ...combined, ...mutated];
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

test('whatever the gateway accepts is accepted by Node’s parser in strict mode, but for the listed cases', async () => {
  const surplus: string[] = [];
  let accepted = 0;
  await inParallel(inputs(), 100, async (bytes) => {
    const methods = await methodsTaken(bytes);
    if (methods.length === 0) return;
    accepted++;
    if (methods.length <= (await node.accepts(bytes))) return;
    if (!allowed.some(({ isMet }) => isMet(bytes + ending, methods))) surplus.push(JSON.stringify(bytes));
  });
  expect(surplus).toEqual([]);
  expect(accepted).toBeGreaterThan(200);
}, 60_000);
