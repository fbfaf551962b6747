import { definePlugin, retry } from 'hookway';
import { type RawClient, startOrigin, startTestGateway, type TestGateway } from 'hookway/testing';
import { expect, test } from 'vitest';
import { Gate } from './gate.ts';
import { startUnansweredListener } from './peers.ts';
import { get, post, requestText } from './wire.ts';

/** Resolves when a second request has reached onBackendRequest, right before it needs a connection. */
function arrival(path: string): {
  readonly plugin: ReturnType<ReturnType<typeof definePlugin>>;
  readonly arrived: Promise<void>;
} {
  const gate = new Gate();
  const plugin = definePlugin({
    name: 'arrival',
    setup({ hooks }) {
      hooks.onBackendRequest.tap(({ inbound }) => {
        if (inbound.path === path) setImmediate(gate.open);
      });
    },
  });
  return { plugin: plugin(), arrived: gate.opened };
}

const departures = [
  ['closes its connection', (client: RawClient) => client.close()],
  ['resets its connection', (client: RawClient) => client.reset()],
] as const;

async function expectAborted(gateway: TestGateway, phase: string, number = 1): Promise<void> {
  const { outcome, backend } = await gateway.waitForExchange(number);
  expect(outcome).toMatchObject({ endedBy: 'client', phase, code: 'client_aborted' });
  expect(backend?.pool.queueLength ?? 0).toBe(0);
  expect(backend?.activeAttempts ?? 0).toBe(0);
}

test.each(departures)('a client that %s while it waits in the queue leaves the queue', async (_, depart) => {
  const gate = new Gate();
  await using origin = await startOrigin({ after: gate.opened, body: 'ok' });
  const { plugin, arrived } = arrival('/queued');
  await using gateway = await startTestGateway({
    plugins: [plugin],
    upstreams: { app: { backends: [origin.url], maxConnections: 1 } },
  });
  const first = gateway.fetch('/first');
  await origin.waitForRequest();
  using client = await gateway.connect();
  client.send(get('/queued'));
  await arrived;
  depart(client);
  const { outcome, backend } = await gateway.waitForExchange();
  expect(outcome).toMatchObject({ endedBy: 'client', phase: 'connect', code: 'client_aborted' });
  expect(backend!.pool.queueLength).toBe(0);
  gate.open();
  expect((await first).body).toBe('ok');
  expect(origin.requests.map(({ target }) => target)).toEqual(['/first']);
});

test.each(departures)(
  'a client that %s while its POST waits in the queue leaves the queue',
  async (_, depart) => {
    await using origin = await startOrigin({ cutAt: 0 });
    const { plugin, arrived } = arrival('/queued');
    await using gateway = await startTestGateway({
      plugins: [plugin],
      upstreams: { app: { backends: [origin.url], maxConnections: 1 } },
    });
    using first = await gateway.connect();
    first.send(get('/first'));
    await origin.waitForRequest();
    using client = await gateway.connect();
    client.send(post('/queued', 'with a body'));
    await arrived;
    depart(client);
    const { outcome, backend } = await gateway.waitForExchange();
    expect(outcome).toMatchObject({ endedBy: 'client', phase: 'connect', code: 'client_aborted' });
    expect(backend!.pool.queueLength).toBe(0);
  },
);

test.each(departures)('a client that %s while a connection is made gives up its place', async (_, depart) => {
  const { plugin, arrived } = arrival('/');
  await using gateway = await startTestGateway({
    plugins: [plugin],
    upstreams: { app: { backends: [await startUnansweredListener()] } },
  });
  using client = await gateway.connect();
  client.send(get());
  await arrived;
  depart(client);
  await expectAborted(gateway, 'connect');
});

test.each(departures)(
  'a client that %s while it uploads ends the backend’s connection',
  async (_, depart) => {
    await using gateway = await startTestGateway();
    using client = await gateway.connect();
    client.send(`${requestText('POST', '/', 'Content-Length: 100')}only a part`);
    const request = await gateway.origin.waitForRequest();
    depart(client);
    await request.connection.closed();
    await expectAborted(gateway, 'request');
    expect(request.isComplete).toBe(false);
  },
);

test.each(departures)(
  'a client that %s in a chunked upload ends the backend’s connection',
  async (_, depart) => {
    await using gateway = await startTestGateway();
    using client = await gateway.connect();
    client.send(`${requestText('POST', '/', 'Transfer-Encoding: chunked')}4\r\npart\r\n`);
    const request = await gateway.origin.waitForRequest();
    depart(client);
    await request.connection.closed();
    expect(request.connection.received.includes('\r\n0\r\n')).toBe(false);
    await expectAborted(gateway, 'request');
  },
);

test.each(departures)(
  'a client that %s while it waits for the answer ends the backend’s connection',
  async (_, depart) => {
    await using gateway = await startTestGateway({ origin: { cutAt: 0 } });
    using client = await gateway.connect();
    client.send(get());
    const request = await gateway.origin.waitForRequest();
    depart(client);
    await request.connection.closed();
    await expectAborted(gateway, 'request');
  },
);

test.each(departures)(
  'a client that %s while it downloads ends the backend’s connection',
  async (_, depart) => {
    await using gateway = await startTestGateway({ origin: { body: 'x'.repeat(100), cutAt: 100 } });
    using client = await gateway.connect();
    client.send(get());
    await client.waitForText('xxx');
    depart(client);
    await gateway.origin.waitForNoConnections();
    await expectAborted(gateway, 'relay');
  },
);

test('a client that goes away while it takes nothing of a long answer ends the backend’s connection', async () => {
  await using gateway = await startTestGateway({ origin: { body: 'x'.repeat(30_000_000) } });
  using client = await gateway.connect();
  client.pause();
  client.send(get());
  await gateway.origin.waitForRequest();
  await new Promise((resolve) => setTimeout(resolve, 50)); // until every buffer on the way is full
  client.reset();
  await gateway.origin.waitForNoConnections();
  await expectAborted(gateway, 'relay');
});

test('a client that takes nothing of a waiting answer is given up', async () => {
  await using gateway = await startTestGateway({
    origin: { body: 'x'.repeat(30_000_000) },
    limits: { sendIdleTimeoutMs: 200 },
  });
  using client = await gateway.connect();
  client.pause();
  client.send(get());
  const { outcome } = await gateway.waitForExchange();
  expect(outcome).toMatchObject({ endedBy: 'client', phase: 'relay', code: 'client_stalled' });
  await gateway.origin.waitForNoConnections();
});

test.each(['onRequest', 'selectBackend', 'onBackendRequest', 'onBackendResponse', 'onResponse'] as const)(
  'a client that goes away while a plugin takes its time in %s settles the exchange',
  async (hook) => {
    const entered = new Gate();
    const leave = new Gate();
    const slow = definePlugin({
      name: 'slow',
      setup({ hooks }) {
        const wait = async (): Promise<undefined> => {
          entered.open();
          await leave.opened;
        };
        if (hook === 'selectBackend') hooks.selectBackend.tapPromise(wait);
        else hooks[hook].tapPromise(wait);
      },
    });
    await using gateway = await startTestGateway({ plugins: [slow()] });
    using client = await gateway.connect();
    client.send(get());
    await entered.opened;
    client.close();
    const phases = {
      onRequest: 'admit',
      selectBackend: 'choose',
      onBackendRequest: 'connect',
      onBackendResponse: 'request',
      onResponse: 'response',
    };
    await expectAborted(gateway, phases[hook]);
    leave.open();
    await new Promise(setImmediate);
    expect(gateway.origin.requests).toHaveLength(hook.endsWith('Response') ? 1 : 0);
    expect(gateway.exchanges).toHaveLength(1);
    expect((await gateway.fetch('/')).status).toBe(200);
  },
);

test('a client that goes away before a retry is not retried for', async () => {
  const entered = new Gate();
  const leave = new Gate();
  const retrying = definePlugin({
    name: 'retrying',
    setup({ hooks }) {
      hooks.onBackendError.tapPromise(async () => {
        entered.open();
        await leave.opened;
        return retry();
      });
    },
  });
  await using gateway = await startTestGateway({
    plugins: [retrying()],
    origin: { cutAt: 0, ending: 'reset' },
  });
  using client = await gateway.connect();
  client.send(get());
  await entered.opened;
  client.close();
  await expectAborted(gateway, 'request');
  leave.open();
  await new Promise(setImmediate);
  expect(gateway.origin.requests).toHaveLength(1);
});

test('a client may go away behind any byte of its request', async () => {
  await using origin = await startOrigin({ cutAt: 0 });
  await using gateway = await startTestGateway({ origin });
  const bytes = `${requestText('POST', '/', 'Transfer-Encoding: chunked')}4\r\npart\r\n0\r\nX: 1\r\n\r\n`;
  for (let position = 0; position <= bytes.length; position++) {
    using client = await gateway.connect();
    client.send(bytes.slice(0, position));
    await new Promise(setImmediate);
    if (position % 2 === 0) client.reset();
    else client.close();
  }
  origin.script = { body: 'alive' };
  expect((await gateway.fetch('/')).body).toBe('alive');
  await expect.poll(() => gateway.exchanges.at(-1)!.backend!.activeAttempts, { interval: 5 }).toBe(0);
  const codes = new Set(gateway.exchanges.map(({ outcome }) => outcome!.code));
  expect(codes).toEqual(new Set(['client_aborted', undefined]));
});
