import { describe, expect, test } from 'vitest';
import { definePlugin, respond } from 'hookway';
import { startOrigin, startTestGateway } from 'hookway/testing';

const get = 'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n';
const post = 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\n';
const soon = 50;

const closed = definePlugin({
  name: 'closed',
  setup: ({ hooks }) => hooks.onRequest.tap(() => respond(403)),
});

/** A gateway whose backend is one origin, with bounds of its own. */
async function startWith(bounds: object, script: Parameters<typeof startOrigin>[0]) {
  const origin = await startOrigin(script);
  const gateway = await startTestGateway({ upstreams: { app: { backends: [origin.url], ...bounds } } });
  return {
    origin,
    gateway,
    [Symbol.asyncDispose]: () => Promise.all([gateway.close(), origin.close()]).then(() => {}),
  };
}

describe('a client', () => {
  test('that says nothing is closed without an answer', async () => {
    await using gateway = await startTestGateway({ limits: { headTimeoutMs: soon } });
    using client = await gateway.connect();
    expect((await client.readUntilClose()).length).toBe(0);
  });

  test('that does not finish its head is told', async () => {
    await using gateway = await startTestGateway({ limits: { headTimeoutMs: soon } });
    using client = await gateway.connect();
    client.send('GET / HTTP/1.1\r\nHost:');
    expect((await client.readResponse()).status).toBe(408);
    await client.readUntilClose();
  });

  test('that sends its head byte by byte has no more time than others', async () => {
    await using gateway = await startTestGateway({ limits: { headTimeoutMs: soon } });
    using client = await gateway.connect();
    const timer = setInterval(() => client.send('A: b\r\n'), 10);
    client.send('GET / HTTP/1.1\r\n');
    expect((await client.readResponse()).status).toBe(408);
    clearInterval(timer);
  });

  test('that does not send the body it promised is told, and the backend is let go', async () => {
    await using gateway = await startTestGateway({ limits: { requestIdleTimeoutMs: soon } });
    using client = await gateway.connect();
    client.send(`${post}he`);
    const response = await client.readResponse();
    expect([response.status, JSON.parse(response.text).code]).toEqual([408, 'body_timeout']);
    await client.readUntilClose();
    await gateway.origin.waitForNoConnections();
    expect(gateway.origin.requests[0]!.isComplete).toBe(false);
  });

  test('that was answered by a plugin and does not send the rest of its body is closed', async () => {
    await using gateway = await startTestGateway({
      plugins: [closed()],
      limits: { requestIdleTimeoutMs: soon },
    });
    using client = await gateway.connect();
    client.send(`${post}he`);
    expect((await client.readResponse()).status).toBe(403);
    const { length } = client.received;
    expect((await client.readUntilClose()).length).toBe(length);
  });

  test('that sends no further request is closed without an answer', async () => {
    await using gateway = await startTestGateway({ limits: { keepAliveTimeoutMs: soon } });
    using client = await gateway.connect();
    client.send(get);
    const { raw } = await client.readResponse();
    expect((await client.readUntilClose()).length).toBe(raw.length);
  });

  test('that sends the rest of its body behind the answer, and then no further request, is closed', async () => {
    await using gateway = await startTestGateway({
      plugins: [closed()],
      limits: { keepAliveTimeoutMs: soon },
    });
    using client = await gateway.connect();
    client.send(`${post}he`);
    const { raw } = await client.readResponse();
    client.send('llo');
    expect((await client.readUntilClose()).length).toBe(raw.length);
  });

  test('that sends only an empty line and then nothing is closed', async () => {
    await using gateway = await startTestGateway({
      limits: { headTimeoutMs: soon, keepAliveTimeoutMs: soon },
    });
    using client = await gateway.connect();
    client.send('\r\n');
    await client.readUntilClose();
  });

  test('that does not read its response is reset, and the backend is let go', async () => {
    const body = Buffer.alloc(30_000_000);
    await using gateway = await startTestGateway({ origin: { body }, limits: { sendIdleTimeoutMs: soon } });
    using client = await gateway.connect();
    client.pause();
    client.send(get);
    const { outcome } = await gateway.waitForExchange();
    expect(outcome).toMatchObject({ endedBy: 'client', code: 'client_stalled' });
    await gateway.origin.waitForNoConnections();
  });
});

describe('a backend', () => {
  test('that does not answer is given up: 504', async () => {
    await using running = await startWith({ responseHeadTimeoutMs: soon }, { cutAt: 0 });
    const response = await running.gateway.fetch('/');
    expect([response.status, (response.json() as { code: string }).code]).toEqual([
      504,
      'response_head_timeout',
    ]);
    await running.origin.waitForNoConnections();
  });

  test('that answers half a head is given up: 504', async () => {
    await using running = await startWith({ responseHeadTimeoutMs: soon }, { body: 'hello', cutAt: 20 });
    expect((await running.gateway.fetch('/')).status).toBe(504);
  });

  test('that stops in its body is cut off, and the client sees it', async () => {
    await using running = await startWith({ idleTimeoutMs: soon }, { body: 'hello', cutAt: 42 });
    using client = await running.gateway.connect();
    client.send(get);
    await client.readUntilClose();
    expect(client.wasReset).toBe(true);
    expect((await running.gateway.waitForExchange()).outcome?.code).toBe('response_idle_timeout');
    await running.origin.waitForNoConnections();
  });

  test('that is slow, but goes on, is waited for', async () => {
    await using running = await startWith(
      { idleTimeoutMs: 400 },
      { body: 'hello world', drip: { bytes: 10, everyMs: 60 } },
    );
    expect((await running.gateway.fetch('/')).body).toBe('hello world');
  });

  test('connection that is not used is closed', async () => {
    await using running = await startWith({ keepAliveTimeoutMs: soon }, {});
    expect((await running.gateway.fetch('/')).status).toBe(200);
    await running.origin.waitForNoConnections();
  });
});
