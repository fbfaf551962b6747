import { definePlugin, type PluginHost, respond, Service } from 'hookway';
import retry from 'hookway/plugins/retry';
import { startOrigin, startTestGateway, type TestGateway } from 'hookway/testing';
import { expect, test } from 'vitest';
import { Gate } from './gate.ts';
import { get } from './wire.ts';

const plugin = (name: string, setup: (host: PluginHost) => void) => definePlugin({ name, setup })();
const never = new Promise<never>(() => {});

/** Replaces the configuration and expects the exchange that runs to be cut, and the old generation to be gone. */
async function expectCut(gateway: TestGateway, exchanges = 1): Promise<void> {
  const { gateway: running } = gateway;
  await running.reload({ ...running.control.configuration, plugins: [], drainTimeoutMs: 30 });
  await expect.poll(() => running.control.retiredGenerations, { interval: 5 }).toBe(0);
  for (let number = 1; number <= exchanges; number++)
    expect((await gateway.waitForExchange(number)).outcome).toMatchObject({ code: 'drain_timeout' });
  expect(running.control.activeExchanges).toBe(0);
}

test.each(['onRequest', 'selectBackend', 'onBackendRequest', 'onResponse'] as const)(
  'an exchange whose plugin is still busy in %s is cut with its configuration',
  async (hook) => {
    const busy = new Gate();
    const waiting = plugin('waiting', ({ hooks }) => {
      const wait = (): Promise<never> => {
        busy.open();
        return never;
      };
      if (hook === 'selectBackend') hooks.selectBackend.tapPromise(wait);
      else hooks[hook].tapPromise(wait);
    });
    await using gateway = await startTestGateway({ plugins: [waiting] });
    using client = await gateway.connect();
    client.send(get());
    await busy.opened;
    await expectCut(gateway);
    await client.readUntilClose();
  },
);

test('an exchange in the pause before another try is cut with its configuration', async () => {
  await using gateway = await startTestGateway({
    origin: { status: 503 },
    plugins: [retry({ backoffMs: 30_000, maxBackoffMs: 30_000 })],
  });
  using client = await gateway.connect();
  client.send(get());
  await gateway.origin.waitForRequest();
  await expectCut(gateway);
  await client.readUntilClose();
});

test('exchanges that wait for a connection to a backend are cut with their configuration', async () => {
  await using origin = await startOrigin(() => undefined);
  const upstreams = { web: { backends: [origin.url], maxConnections: 1, queueTimeoutMs: 30_000 } };
  await using gateway = await startTestGateway({ upstreams });
  using first = await gateway.connect();
  first.send(get('/first'));
  await origin.waitForRequest();
  using second = await gateway.connect();
  second.send(get('/second'));
  const [backend] = gateway.gateway.control.upstreams.get('web')!.backends;
  await expect.poll(() => backend!.pool.queueLength, { interval: 2 }).toBe(1);
  await expectCut(gateway, 2);
  expect(backend!.pool.queueLength).toBe(0);
  await Promise.all([first.readUntilClose(), second.readUntilClose()]);
});

test('a tunnel is cut with its configuration', async () => {
  await using origin = await startOrigin(({ connection }) => {
    connection.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    connection.takeOver().on('error', () => {});
    return undefined;
  });
  await using gateway = await startTestGateway({ origin });
  using client = await gateway.connect();
  client.send(get('/', 'Connection: Upgrade', 'Upgrade: echo'));
  await client.waitForText('\r\n\r\n');
  await expectCut(gateway);
  await client.readUntilClose();
});

test('a response that is being sent is cut with its configuration', async () => {
  await using origin = await startOrigin(({ connection }) => {
    connection.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun');
    return undefined;
  });
  await using gateway = await startTestGateway({ origin });
  using client = await gateway.connect();
  client.send(get());
  await client.waitForText('begun');
  await expectCut(gateway);
  await client.readUntilClose();
});

test('requests behind one of an old configuration, on the same connection, are of the new one', async () => {
  const gate = new Gate();
  await using gateway = await startTestGateway({ origin: { after: gate.opened, body: 'old' } });
  using client = await gateway.connect();
  client.send(get('/1') + get('/2'));
  await gateway.origin.waitForRequest();
  const saying = plugin('saying', ({ hooks }) => hooks.onRequest.tap(() => respond(200, {}, 'new')));
  await gateway.reload({ plugins: [saying] });
  gate.open();
  expect((await client.readResponse()).text).toBe('old');
  expect((await client.readResponse()).text).toBe('new');
});

test('a service of an old configuration serves what still runs there', async () => {
  const token = new Service<{ readonly name: string }>('name');
  const gate = new Gate();
  const named = (name: string) => [
    plugin('provider', (host) => {
      const service = { name };
      host.provide(token, service);
      host.defer(() => void (service.name = 'gone'));
    }),
    plugin('user', ({ hooks, use }) => {
      hooks.onResponse.tap(({ response }) => response!.fields.set('x-name', use(token)!.name));
    }),
  ];
  await using gateway = await startTestGateway({
    origin: { after: gate.opened, body: 'late' },
    plugins: named('old'),
  });
  using client = await gateway.connect();
  client.send(get());
  await gateway.origin.waitForRequest();
  await gateway.reload({ plugins: named('new') });
  gate.open();
  expect((await client.readResponse()).header('x-name')).toBe('old');
  client.send(get());
  expect((await client.readResponse()).header('x-name')).toBe('new');
});
