import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startTestGateway, type TestGateway } from 'hookway/testing';
import { expect, onTestFinished, test } from 'vitest';
import { type ServerOptions, WebSocket, WebSocketServer } from 'ws';

/** A WebSocket server that echoes every message, until the test is over. */
async function startEcho(options: ServerOptions = {}): Promise<{ server: WebSocketServer; url: string }> {
  const server = new WebSocketServer({ ...options, host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (data: Buffer, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const gatewayTo = (url: string): Promise<TestGateway> =>
  startTestGateway({ upstreams: { app: { backends: [url] } } });

async function open(gateway: TestGateway, protocols: string[] = []): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/chat?room=1`, protocols);
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

async function echo(socket: WebSocket, data: string | Buffer): Promise<Buffer> {
  socket.send(data);
  const [answer] = (await once(socket, 'message')) as [Buffer];
  return answer;
}

test('messages of any kind and size are echoed', async () => {
  const { server, url } = await startEcho();
  await using gateway = await gatewayTo(url);
  const opened = once(server, 'connection') as Promise<[WebSocket, { url: string }]>;
  const socket = await open(gateway);
  expect((await opened)[1].url).toBe('/chat?room=1');
  expect((await echo(socket, 'hello \u2603')).toString()).toBe('hello \u2603');
  for (const size of [0, 1, 125, 126, 65_535, 65_536, 3_000_000]) {
    const bytes = randomBytes(size);
    expect((await echo(socket, bytes)).equals(bytes)).toBe(true);
  }
  socket.ping('are you there');
  expect(String((await once(socket, 'pong'))[0])).toBe('are you there');
});

test('many messages at once arrive in order on many connections', async () => {
  const { url } = await startEcho();
  await using gateway = await gatewayTo(url);
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      const socket = await open(gateway);
      const received: string[] = [];
      const done = new Promise<void>((resolve) => {
        socket.on('message', (data: Buffer) => {
          received.push(data.toString());
          if (received.length === 200) resolve();
        });
      });
      const sent = Array.from({ length: 200 }, (_, i) => `${i} ${'x'.repeat(i * 7)}`);
      for (const message of sent) socket.send(message);
      await done;
      expect(received).toEqual(sent);
    }),
  );
});

test('the backend chooses among several subprotocols, and extensions are negotiated with it', async () => {
  const { url } = await startEcho({
    perMessageDeflate: true,
    handleProtocols: (protocols) => [...protocols].at(-1)!,
  });
  await using gateway = await gatewayTo(url);
  const socket = await open(gateway, ['chat.v1', 'chat.v2']);
  expect([socket.protocol, socket.extensions]).toEqual(['chat.v2', 'permessage-deflate']);
  const text = 'compressible '.repeat(10_000);
  expect((await echo(socket, text)).toString()).toBe(text);
});

test('a close of either side reaches the other with its code and reason', async () => {
  const { server, url } = await startEcho();
  await using gateway = await gatewayTo(url);
  const connected = once(server, 'connection') as Promise<[WebSocket]>;
  const first = await open(gateway);
  const [atServer] = await connected;
  first.close(4_001, 'bye');
  const [code, reason] = (await once(atServer, 'close')) as [number, Buffer];
  expect([code, reason.toString()]).toEqual([4_001, 'bye']);
  const next = once(server, 'connection') as Promise<[WebSocket]>;
  const second = await open(gateway);
  (await next)[0].close(4_002, 'enough');
  const [otherCode, otherReason] = (await once(second, 'close')) as [number, Buffer];
  expect([otherCode, otherReason.toString()]).toEqual([4_002, 'enough']);
  const { outcome } = await gateway.waitForExchange(2);
  expect(outcome).toMatchObject({ endedBy: undefined, code: undefined });
});

test('a refused WebSocket passes its refusal back', async () => {
  const { url } = await startEcho({ verifyClient: (_info, done) => done(false, 401, 'Who are you?') });
  await using gateway = await gatewayTo(url);
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`);
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toBe('Unexpected server response: 401');
});

test('a receiver that pauses gets everything in the end', async () => {
  const { server, url } = await startEcho({ maxPayload: 1e9 });
  await using gateway = await gatewayTo(url);
  const connected = once(server, 'connection') as Promise<[WebSocket]>;
  const socket = await open(gateway);
  const [atServer] = await connected;
  const message = randomBytes(1_000_000);
  let received = 0;
  const done = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      if (!data.equals(message)) throw new Error('A message was changed.');
      if (++received === 40) resolve();
    });
  });
  socket.pause();
  for (let i = 0; i < 40; i++) atServer.send(message);
  await new Promise((resolve) => setTimeout(resolve, 100)); // until every buffer on the way is full
  expect(atServer.bufferedAmount).toBeGreaterThan(10_000_000);
  socket.resume();
  await done;
});

test.each(['client', 'server'] as const)('a %s that is killed ends the other side', async (side) => {
  const { server, url } = await startEcho();
  await using gateway = await gatewayTo(url);
  const connected = once(server, 'connection') as Promise<[WebSocket]>;
  const socket = await open(gateway);
  const [atServer] = await connected;
  const [killed, other] = side === 'client' ? [socket, atServer] : [atServer, socket];
  killed.terminate();
  expect((await once(other, 'close'))[0]).toBe(1006);
  await gateway.waitForExchange();
  expect((await echo(await open(gateway), 'alive')).toString()).toBe('alive');
});
