import { expect, test } from 'vitest';
import { definePlugin, respond } from 'hookway';
import { startTestGateway } from 'hookway/testing';

const head = 'POST /a HTTP/1.1\r\nHost: a.example\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n';
const next = 'GET /next HTTP/1.1\r\nHost: a.example\r\n\r\n';

test('the head goes to the backend before the body is there, and its 100 (Continue) comes back', async () => {
  await using gateway = await startTestGateway({
    origin: async (request) => {
      request.connection.write('HTTP/1.1 100 Continue\r\n\r\n');
      return { body: (await request.completed()).text };
    },
  });
  using client = await gateway.connect();
  client.send(head);
  expect(await client.readOne()).toMatchObject({ status: 100 });
  expect((await gateway.origin.waitForRequest()).isComplete).toBe(false);
  client.send('hello');
  expect(await client.readResponse()).toMatchObject({ status: 200, text: 'hello', interim: [] });
  client.send(next);
  expect((await client.readResponse()).status).toBe(200);
});

test('a backend that refuses is heard, and the connection closes: the body may or may not follow', async () => {
  await using gateway = await startTestGateway({ origin: { status: 417, isEarly: true } });
  using client = await gateway.connect();
  client.send(head);
  const response = await client.readResponse();
  expect([response.status, response.header('connection')]).toEqual([417, 'close']);
  await client.readUntilClose();
  await gateway.origin.connections[0]!.closed();
});

test('a client that does not wait is served as well', async () => {
  await using gateway = await startTestGateway({
    origin: async (request) => ({ body: (await request.completed()).text }),
  });
  using client = await gateway.connect();
  client.send(`${head}hello`);
  expect((await client.readResponse()).text).toBe('hello');
});

test('a plugin that reads the body lets the client send it, and the backend is not asked to', async () => {
  const reader = definePlugin({
    name: 'reader',
    setup: ({ hooks }) => {
      hooks.onRequest.tapPromise(async ({ outbound }) => void (await outbound.body.buffer(100)));
    },
  });
  await using gateway = await startTestGateway({ plugins: [reader()] });
  using client = await gateway.connect();
  client.send(head);
  expect(await client.readOne()).toMatchObject({ status: 100 });
  expect(gateway.origin.requests).toHaveLength(0);
  client.send('hello');
  expect((await client.readResponse()).status).toBe(200);
  const request = gateway.origin.requests[0]!;
  expect([request.text, request.header('expect')]).toEqual(['hello', undefined]);
});

test('a plugin that refuses ends it before the body is sent', async () => {
  const closed = definePlugin({
    name: 'closed',
    setup: ({ hooks }) => hooks.onRequest.tap(() => respond(401)),
  });
  await using gateway = await startTestGateway({ plugins: [closed()] });
  using client = await gateway.connect();
  client.send(head);
  const response = await client.readResponse();
  expect([response.status, response.interim.length, response.header('connection')]).toEqual([
    401,
    0,
    'close',
  ]);
  await client.readUntilClose();
});
