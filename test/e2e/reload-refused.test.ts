import { createGateway, definePlugin, type GatewayConfig, type PluginHost, respond } from 'hookway';
import { RawClient, startTestGateway, unusedPort } from 'hookway/testing';
import { expect, test } from 'vitest';
import { Gate } from './gate.ts';
import { get } from './wire.ts';

const plugin = (name: string, setup: (host: PluginHost) => void | Promise<void>) =>
  definePlugin({ name, setup })();

const saying = (text: string) =>
  plugin('saying', ({ hooks }) => hooks.onRequest.tap(() => respond(200, {}, text)));

const never = new Promise<void>(() => {});
const limits = { setUpTimeoutMs: 50 };

test('a set-up that does not end is refused after setUpTimeoutMs, and later reloads go on', async () => {
  await using gateway = await startTestGateway({ plugins: [saying('old')] });
  const hanging = plugin('hanging', () => never);
  const refused = gateway.reload({ limits, plugins: [hanging] });
  const next = gateway.reload({ plugins: [saying('new')] });
  await expect(refused).rejects.toThrow('plugins[0] hanging: was not set up within 50 ms');
  await next;
  expect((await gateway.fetch('/')).body).toBe('new');
});

test('a start that does not end is refused after setUpTimeoutMs', async () => {
  await using gateway = await startTestGateway({ plugins: [saying('old')] });
  const hanging = plugin('hanging', (host) => host.onStart(() => never));
  await expect(gateway.reload({ limits, plugins: [hanging] })).rejects.toThrow(
    'hanging: did not start within 50 ms',
  );
  expect((await gateway.fetch('/')).body).toBe('old');
});

test('what a plugin sets up after its set-up was given up is undone at once', async () => {
  await using gateway = await startTestGateway();
  const steps: string[] = [];
  const gate = new Gate();
  const late = plugin('late', async (host) => {
    await gate.opened;
    host.retain(
      'value',
      () => steps.push('made'),
      () => void steps.push('disposed of'),
    );
    host.defer(() => void steps.push('undone'));
  });
  await expect(gateway.reload({ limits, plugins: [late] })).rejects.toThrow('was not set up');
  gate.open();
  await expect.poll(() => steps, { interval: 2 }).toEqual(['made', 'disposed of', 'undone']);
});

test('a clean-up that does not end holds up neither the others nor the next reload', async () => {
  const undone = new Gate();
  await using gateway = await startTestGateway({
    limits,
    plugins: [
      plugin('first', (host) => host.defer(() => undone.open())),
      plugin('hanging', (host) => host.defer(() => never)),
    ],
  });
  await gateway.reload({ limits, plugins: [plugin('other', (host) => host.defer(() => never))] });
  await undone.opened;
  const line = await gateway.waitForLog(({ msg }) => msg === 'clean-up failed');
  expect(line).toMatchObject({ plugin: 'hanging', err: { message: 'did not end within 50 ms' } });
});

test('a gateway that closes gives up the set-up that runs, and stops accepting at once', async () => {
  const gateway = await startTestGateway();
  const port = gateway.port;
  const undone = new Gate();
  const begun = new Gate();
  const hanging = plugin('hanging', (host) => {
    host.defer(() => undone.open());
    begun.open();
    return never;
  });
  const refused = gateway.reload({ plugins: [hanging] });
  const waiting = gateway.reload({ plugins: [saying('new')] });
  const results = Promise.allSettled([refused, waiting]);
  await begun.opened;
  const closed = gateway.close();
  await expect(RawClient.connect(port)).rejects.toThrow('ECONNREFUSED');
  await Promise.all([closed, undone.opened]);
  const closing = { status: 'rejected', reason: new Error('The gateway is closing.') };
  expect(await results).toEqual([closing, closing]);
});

test('nothing puts a configuration into service once the gateway closes', async () => {
  const gateway = await startTestGateway();
  const { gateway: running } = gateway;
  const [backend] = running.control.upstreams.get('origin')!.backends;
  await gateway.close();
  for (const attempt of [
    running.listen(),
    running.reload(),
    running.control.overrideBackend('origin', backend!.name, { isDraining: true }),
  ])
    await expect(attempt).rejects.toThrow('The gateway is closing.');
  expect(running.addresses).toEqual([]);
});

test('a configuration that cannot be loaded in time is refused', async () => {
  const config: GatewayConfig = {
    listeners: [{ host: '127.0.0.1', port: 0 }],
    upstreams: {},
    routes: [],
    limits,
    log: { level: 'silent' },
  };
  let round = 0;
  const gateway = await createGateway(config, {
    load: () => (round++ === 0 ? new Promise<GatewayConfig>(() => {}) : config),
  }).listen();
  try {
    await expect(gateway.reload()).rejects.toThrow('was not loaded within 50 ms');
    await gateway.reload();
    expect(gateway.control.generation).toBe(2);
  } finally {
    await gateway.close();
  }
});

test('an address that was given up for one that cannot be had serves again', async () => {
  await using gateway = await startTestGateway();
  const { gateway: running } = gateway;
  const { configuration } = running.control;
  const port = await unusedPort();
  await running.reload({ ...configuration, listeners: [{ host: '127.0.0.1', port }] });
  const listeners = [{ port }, { host: '127.0.0.1', port: gateway.origin.port }];
  await expect(running.reload({ ...configuration, listeners })).rejects.toThrow('EADDRINUSE');
  using client = await RawClient.connect(port);
  client.send(get());
  expect((await client.readResponse()).text).toBe('ok');
  expect(running.addresses).toEqual([{ host: '127.0.0.1', port }]);
});

test('an address may change to one of the same port that does not overlap with it, beside a refused one', async () => {
  await using gateway = await startTestGateway();
  const { gateway: running } = gateway;
  const { configuration } = running.control;
  const port = await unusedPort();
  await running.reload({ ...configuration, listeners: [{ host: '127.0.0.1', port }] });
  await running.reload({ ...configuration, listeners: [{ host: '::1', port }] });
  expect(running.addresses).toEqual([{ host: '::1', port }]);
  await running.reload({
    ...configuration,
    listeners: [
      { host: '127.0.0.2', port },
      { host: '::1', port },
    ],
  });
  expect(running.addresses).toHaveLength(2);
});

test('the port that was free may be named later', async () => {
  await using gateway = await startTestGateway();
  const { gateway: running } = gateway;
  const { configuration } = running.control;
  const { port } = gateway;
  await running.reload({ ...configuration, listeners: [{ host: '127.0.0.1', port }] });
  expect(running.addresses).toEqual([{ host: '127.0.0.1', port }]);
  await running.reload({ ...configuration, listeners: [{ port }] });
  expect(running.addresses).toEqual([{ host: '::', port }]);
});

test('a plugin that cannot reopen its files keeps no other from it', async () => {
  const reopened: string[] = [];
  await using gateway = await startTestGateway({
    plugins: [
      plugin('failing', (host) =>
        host.onReopen(() => {
          throw new Error('disk gone');
        }),
      ),
      plugin('other', (host) => host.onReopen(() => void reopened.push('other'))),
    ],
  });
  gateway.gateway.reopenFiles();
  expect(reopened).toEqual(['other']);
  expect(await gateway.waitForLog(({ msg }) => msg === 'reopening files failed')).toMatchObject({
    plugin: 'failing',
  });
});

test('instruments of a refused configuration are not there, and its gauges are not read', async () => {
  await using gateway = await startTestGateway();
  const { instruments } = gateway.gateway.control;
  const options = { name: 'things', help: 'Things.' };
  const counting = (labels: string[]) =>
    plugin('counting', (host) => {
      host.gauge({ ...options, labels }, () => {
        throw new Error('read');
      });
    });
  const failing = plugin('failing', () => {
    throw new Error('no way');
  });
  await expect(gateway.reload({ plugins: [counting(['a']), failing] })).rejects.toThrow('no way');
  expect(instruments.read().map(({ name }) => name)).not.toContain('counting_things');
});

test('a plugin may come back with other labels', async () => {
  const counting = (labels: string[]) =>
    plugin('counting', (host) => {
      const counter = host.counter({ name: 'things', help: 'Things.', labels });
      host.hooks.onRequest.tap(() => void counter.of(...labels).value++);
    });
  await using gateway = await startTestGateway({ plugins: [counting(['a'])] });
  const { instruments } = gateway.gateway.control;
  await gateway.fetch('/');
  await gateway.reload({ plugins: [counting(['a', 'b'])] });
  await gateway.fetch('/');
  const things = instruments.read().find(({ name }) => name === 'counting_things')!;
  expect([things.labels, [...things]]).toEqual([['a', 'b'], [{ values: ['a', 'b'], value: 1 }]]);
});

test('a gauge that fails takes no other number away', async () => {
  const failing = plugin('failing', (host) => {
    host.gauge({ name: 'depth', help: 'Depth.' }, () => {
      throw new Error('no number');
    });
  });
  await using gateway = await startTestGateway({ plugins: [failing] });
  expect(gateway.gateway.control.instruments.read().length).toBeGreaterThan(1);
  expect(await gateway.waitForLog(({ msg }) => msg === 'plugin failed')).toMatchObject({ plugin: 'failing' });
});

test('a level that the configuration does not name any more is the default again', async () => {
  const config: GatewayConfig = {
    listeners: [{ host: '127.0.0.1', port: 0 }],
    upstreams: {},
    routes: [],
  };
  const gateway = await createGateway({ ...config, log: { level: 'error' } }).listen();
  try {
    await gateway.reload(config);
    expect(gateway.control.logLevel).toBe('info');
  } finally {
    await gateway.close();
  }
});

test('reloads that wait and would load the same are one', async () => {
  const config: GatewayConfig = {
    listeners: [{ host: '127.0.0.1', port: 0 }],
    upstreams: {},
    routes: [],
    log: { level: 'silent' },
  };
  let loads = 0;
  const gateway = await createGateway(config, { load: () => (loads++, config) }).listen();
  try {
    await Promise.all(Array.from({ length: 100 }, () => gateway.reload()));
    expect(loads).toBeLessThanOrEqual(2);
    const inOrder = [gateway.reload(), gateway.reload({ ...config, drainTimeoutMs: 5 }), gateway.reload()];
    await Promise.all(inOrder);
    expect(gateway.control.configuration.drainTimeoutMs).toBeUndefined();
  } finally {
    await gateway.close();
  }
});
