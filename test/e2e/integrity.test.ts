import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { startTestGateway } from 'hookway/testing';
import { expect, onTestFinished, test } from 'vitest';
import { Gate } from './gate.ts';

// Bytes are read into blocks that are used again: whatever is still on its way must not be written over.

const noise = randomBytes(4_000_000);

/** Bytes that belong to a number, of a length that does too. */
function bytesOf(number: number, maxLength: number): Buffer {
  const length = (number * 7_919_993) % maxLength;
  const start = (number * 104_729) % (noise.length - length);
  return noise.subarray(start, start + length);
}

const digest = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');

async function startServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Reads to the end; every third reader stops now and then, so that writes to it have to wait. */
async function read(response: IncomingMessage, number: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of response) {
    pieces.push(piece as Buffer);
    if (number % 3 === 0 && pieces.length % 8 === 0) await pause(2);
  }
  return Buffer.concat(pieces);
}

async function exchange(port: number, number: number, agent: Agent, upload?: Buffer): Promise<Buffer> {
  const isChunked = number % 2 === 0;
  const headers = upload === undefined || isChunked ? {} : { 'Content-Length': upload.length };
  const method = upload === undefined ? 'GET' : 'POST';
  const outgoing = request({ port, host: '127.0.0.1', path: `/${number}`, method, headers, agent });
  const responded = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  if (upload !== undefined) outgoing.write(upload.subarray(0, upload.length / 2));
  outgoing.end(upload?.subarray(upload.length / 2));
  const [response] = await responded;
  return read(response, number);
}

/** Runs exchanges of the numbers up to `count`, so many at a time. */
async function forNumbers(
  count: number,
  atOnce: number,
  run: (number: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const workers = Array.from({ length: atOnce }, async () => {
    while (next < count) await run(next++);
  });
  await Promise.all(workers);
}

test('bodies that come and go at the same time on many connections are not mixed up', async () => {
  const url = await startServer((incoming, response) => {
    if (incoming.headers['content-length'] !== undefined) {
      response.setHeader('Content-Length', incoming.headers['content-length']);
    }
    incoming.pipe(response);
  });
  await using gateway = await startTestGateway({ upstreams: { app: { backends: [url] } } });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  await forNumbers(150, 20, async (number) => {
    const upload = bytesOf(number, 1_000_000);
    const echoed = await exchange(gateway.port, number, agent, upload);
    expect([number, echoed.length, digest(echoed)]).toEqual([number, upload.length, digest(upload)]);
  });
});

test('pipelined answers of many sizes to slow and fast clients are not mixed up', async () => {
  const url = await startServer((incoming, response) => {
    const number = Number(incoming.url!.slice(1));
    const body = bytesOf(number, 400_000);
    if (number % 2 === 0) response.setHeader('Content-Length', body.length);
    response.write(body.subarray(0, body.length / 3));
    response.end(body.subarray(body.length / 3));
  });
  const app = { backends: [url], pipelining: 8, maxConnections: 3 };
  await using gateway = await startTestGateway({ upstreams: { app } });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  await forNumbers(400, 30, async (number) => {
    const body = await exchange(gateway.port, number, agent);
    const expected = bytesOf(number, 400_000);
    expect([number, body.length, digest(body)]).toEqual([number, expected.length, digest(expected)]);
  });
});

test.each(['download', 'upload'])(
  'what waits for a receiver that stopped is not written over by what comes for others: %s',
  async (direction) => {
    const long = Buffer.concat([noise, noise.subarray(7), noise.subarray(1_000)]);
    const received = new Gate<string>();
    const take = async (source: IncomingMessage): Promise<void> => {
      await pause(200); // until every buffer on the way is full
      received.open(digest(await read(source, 1)));
    };
    const url = await startServer((incoming, response) => {
      if (incoming.url === '/short') response.end(noise.subarray(0, 50_000));
      else if (incoming.method === 'GET') response.end(long);
      else void take(incoming).then(() => response.end());
    });
    await using gateway = await startTestGateway({ upstreams: { app: { backends: [url] } } });
    const options = { port: gateway.port, host: '127.0.0.1', path: '/long' };
    const outgoing = request({ ...options, method: direction === 'upload' ? 'POST' : 'GET' });
    const responded = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    outgoing.end(direction === 'upload' ? long : undefined);
    if (direction === 'download') void take((await responded)[0]);
    let isReceived = false;
    void received.opened.then(() => (isReceived = true));
    for (let i = 0; i < 50 || !isReceived; i++) {
      const { bytes } = await gateway.fetch('/short', {
        method: 'POST',
        body: noise.subarray(i, i + 30_000),
      });
      expect(bytes.equals(noise.subarray(0, 50_000))).toBe(true);
    }
    expect(await received.opened).toBe(digest(long));
    (await responded)[0].resume();
  },
);
