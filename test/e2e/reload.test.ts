import { type Backend, ConfigurationError, definePlugin, type PluginHost, respond } from 'hookway';
import { RawClient, startOrigin, startTestGateway, unusedPort } from 'hookway/testing';
import { expect, test } from 'vitest';
import { Gate } from './gate.ts';
import { get } from './wire.ts';

const plugin = (name: string, setup: (host: PluginHost) => void | Promise<void>) =>
  definePlugin({ name, setup })();

const saying = (text: string) =>
  plugin('saying', ({ hooks }) => hooks.onRequest.tap(() => respond(200, {}, text)));

test('requests after a reload see the new configuration, on a connection that was open before as well', async () => {
  await using gateway = await startTestGateway({ plugins: [saying('old')] });
  using client = await gateway.connect();
  client.send(get());
  expect((await client.readResponse()).text).toBe('old');
  await gateway.reload({ plugins: [saying('new')] });
  client.send(get());
  expect((await client.readResponse()).text).toBe('new');
  expect(gateway.gateway.control.generation).toBe(2);
});

test('a configuration that is refused changes nothing and says why', async () => {
  await using gateway = await startTestGateway({ plugins: [saying('old')] });
  const undone: string[] = [];
  const failing = plugin('failing', (host) => {
    host.defer(() => void undone.push('undone'));
    throw new Error('no way');
  });
  await expect(gateway.reload({ plugins: [failing] })).rejects.toThrow('plugins[0] failing: no way');
  await expect(gateway.reload({ routes: [{ upstream: 'nowhere' }] })).rejects.toThrow(ConfigurationError);
  expect(undone).toEqual(['undone']);
  expect((await gateway.fetch('/')).body).toBe('old');
  const { control } = gateway.gateway;
  expect(control.generation).toBe(1);
  expect(control.lastReload?.error?.message).toContain('nowhere');
  expect(
    gateway.logLines.filter(({ msg }) => msg === 'configuration refused, the old one goes on'),
  ).toHaveLength(2);
});

test('a plugin that cannot start refuses the configuration, and the others are undone', async () => {
  await using gateway = await startTestGateway({ plugins: [saying('old')] });
  const steps: string[] = [];
  const starting = plugin('starting', (host) => {
    host.onStart(() => void steps.push('started'));
    host.defer(() => void steps.push('undone'));
  });
  const failing = plugin('failing', (host) => host.onStart(() => Promise.reject(new Error('port taken'))));
  await expect(gateway.reload({ plugins: [starting, failing] })).rejects.toThrow('failing: port taken');
  expect(steps).toEqual(['started', 'undone']);
  expect((await gateway.fetch('/')).body).toBe('old');
});

test('plugins start after all are set up, retire when they are replaced, and are undone when idle', async () => {
  const steps: string[] = [];
  const stepping = (name: string) =>
    plugin(name, (host) => {
      steps.push(`set up ${name}`);
      host.onStart(() => void steps.push(`start ${name}`));
      host.onRetired(() => void steps.push(`retire ${name}`));
      host.defer(() => void steps.push(`undo ${name}`));
    });
  const gate = new Gate();
  await using gateway = await startTestGateway({
    plugins: [stepping('a'), stepping('b')],
    origin: { after: gate.opened, body: 'late' },
  });
  using client = await gateway.connect();
  client.send(get());
  await gateway.origin.waitForRequest();
  await gateway.reload({ plugins: [stepping('c')] });
  expect(steps.splice(0)).toEqual([
    'set up a',
    'set up b',
    'start a',
    'start b',
    'set up c',
    'start c',
    'retire a',
    'retire b',
  ]);
  expect(gateway.gateway.control.retiredGenerations).toBe(1);
  gate.open();
  expect((await client.readResponse()).text).toBe('late');
  await expect.poll(() => steps, { interval: 2 }).toEqual(['undo b', 'undo a']);
  expect(gateway.gateway.control.retiredGenerations).toBe(0);
});

test('what an old configuration still runs is ended after drainTimeoutMs, and nothing else', async () => {
  const gate = new Gate();
  await using origin = await startOrigin(({ target }) =>
    target === '/never' ? undefined : { after: gate.opened, body: 'in time' },
  );
  await using gateway = await startTestGateway({ origin });
  using stuck = await gateway.connect();
  stuck.send(get('/never'));
  await origin.waitForRequest(1);
  await gateway.reload({ origin, drainTimeoutMs: 50 });
  using running = await gateway.connect();
  running.send(get('/late'));
  await origin.waitForRequest(2);
  await stuck.readUntilClose();
  expect((await gateway.waitForExchange()).outcome).toMatchObject({
    code: 'drain_timeout',
    endedBy: 'gateway',
  });
  gate.open();
  expect((await running.readResponse()).text).toBe('in time');
});

test('a tunnel goes on in the configuration in which it began', async () => {
  await using origin = await startOrigin(({ connection }) => {
    connection.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    const socket = connection.takeOver();
    socket.on('error', () => {});
    socket.pipe(socket);
    return undefined;
  });
  await using gateway = await startTestGateway({ origin });
  using client = await gateway.connect();
  client.send(get('/', 'Connection: Upgrade', 'Upgrade: echo'));
  await client.waitForText('\r\n\r\n');
  await gateway.reload({ origin, plugins: [saying('new')] });
  client.send('still here');
  await client.waitForText('still here');
  expect((await gateway.fetch('/')).body).toBe('new');
});

test('connections to backends that both configurations have are kept', async () => {
  await using gateway = await startTestGateway();
  await gateway.fetch('/');
  await gateway.reload({ plugins: [plugin('other', () => {})] });
  await gateway.fetch('/');
  expect(gateway.origin.connections).toHaveLength(1);
  await gateway.reload({ upstreams: { origin: { backends: [gateway.origin.url], maxQueued: 7 } } });
  await gateway.fetch('/');
  expect(gateway.origin.connections).toHaveLength(2);
});

test('a backend that is left out loses its connections', async () => {
  await using other = await startOrigin({ body: 'other' });
  await using gateway = await startTestGateway();
  await gateway.fetch('/');
  await gateway.reload({ origin: other });
  await gateway.origin.waitForNoConnections();
  expect((await gateway.fetch('/')).body).toBe('other');
});

test('addresses come and go, and clients of one that goes are served to the end of what they began', async () => {
  const gate = new Gate();
  await using gateway = await startTestGateway({ origin: { after: gate.opened, body: 'late' } });
  const { gateway: running } = gateway;
  const { configuration } = running.control;
  const first = running.addresses[0]!.port;
  using client = await gateway.connect();
  client.send(get());
  await gateway.origin.waitForRequest();
  const second = await unusedPort();
  await running.reload({ ...configuration, listeners: [{ host: '127.0.0.1', port: second }] });
  await expect(RawClient.connect(first)).rejects.toThrow('ECONNREFUSED');
  using other = await RawClient.connect(second);
  other.send(get());
  gate.open();
  const response = await client.readResponse();
  expect([response.text, response.header('connection')]).toEqual(['late', 'close']);
  expect((await other.readResponse()).text).toBe('late');
});

test('an address that cannot be had refuses the configuration, and those in use stay', async () => {
  await using gateway = await startTestGateway();
  const { gateway: running } = gateway;
  const { configuration } = running.control;
  const taken = { host: '127.0.0.1', port: gateway.origin.port };
  await expect(running.reload({ ...configuration, listeners: [taken] })).rejects.toThrow('EADDRINUSE');
  expect((await gateway.fetch('/')).body).toBe('ok');
});

test('an address may change to one that overlaps with it', async () => {
  await using gateway = await startTestGateway();
  const { gateway: running } = gateway;
  const { configuration } = running.control;
  const port = await unusedPort();
  await running.reload({ ...configuration, listeners: [{ port }] });
  await running.reload({ ...configuration, listeners: [{ host: '127.0.0.1', port }] });
  expect(running.addresses).toEqual([{ host: '127.0.0.1', port }]);
  using client = await RawClient.connect(port);
  client.send(get());
  expect((await client.readResponse()).text).toBe('ok');
});

test('a draining backend gets no new exchange, over reloads, until it is enabled', async () => {
  await using a = await startOrigin({ body: 'a' });
  await using b = await startOrigin({ body: 'b' });
  const upstreams = {
    web: {
      backends: [
        { name: 'a', url: a.url },
        { name: 'b', url: b.url },
      ],
    },
  };
  await using gateway = await startTestGateway({ upstreams });
  const { control } = gateway.gateway;
  expect((await gateway.fetch('/')).body).toBe('a');
  await control.overrideBackend('web', 'a', { isDraining: true });
  expect((await gateway.fetch('/')).body).toBe('b');
  await gateway.reload({ upstreams });
  expect((await gateway.fetch('/')).body).toBe('b');
  await control.overrideBackend('web', 'b', { isDraining: true });
  expect((await gateway.fetch('/')).status).toBe(503);
  await control.overrideBackend('web', 'a', { isDraining: false });
  expect((await gateway.fetch('/')).body).toBe('a');
  await expect(control.overrideBackend('web', 'c', {})).rejects.toThrow(RangeError);
});

test('a weight that an operator sets takes the place of the configured one', async () => {
  const seen: number[] = [];
  const looking = plugin('looking', ({ hooks }) =>
    hooks.selectBackend.tap((candidates: readonly Backend[]) => {
      seen.push(candidates[0]!.weight);
      return undefined;
    }),
  );
  await using gateway = await startTestGateway({ plugins: [looking] });
  const { control } = gateway.gateway;
  const [{ name }] = control.upstreams.get('origin')!.backends as [Backend];
  await gateway.fetch('/');
  await control.overrideBackend('origin', name, { weight: 5 });
  await gateway.fetch('/');
  await control.overrideBackend('origin', name, { weight: undefined });
  await gateway.fetch('/');
  expect(seen).toEqual([1, 5, 1]);
  for (const weight of [0, -1, 0.5, Number.NaN, 1e9])
    await expect(control.overrideBackend('origin', name, { weight })).rejects.toThrow(RangeError);
});

test('reloads that are asked for at once happen one after the other', async () => {
  await using gateway = await startTestGateway();
  await Promise.all(['1', '2', '3'].map((text) => gateway.reload({ plugins: [saying(text)] })));
  expect((await gateway.fetch('/')).body).toBe('3');
  expect(gateway.gateway.control.generation).toBe(4);
});

test('the level of the log can be changed while it runs, also for plugins', async () => {
  const chatting = plugin('chatting', ({ hooks, log }) => hooks.onRequest.tap(() => log.debug('hello')));
  await using gateway = await startTestGateway({ plugins: [chatting], log: { level: 'info' } });
  await gateway.fetch('/');
  gateway.gateway.control.logLevel = 'debug';
  await gateway.fetch('/');
  expect(gateway.logLines.filter(({ msg }) => msg === 'hello')).toHaveLength(1);
});

test('a connection of before is closed with the next response when limits have changed', async () => {
  await using gateway = await startTestGateway();
  using client = await gateway.connect();
  const persistence = async (): Promise<string | undefined> => {
    client.send(get());
    return (await client.readResponse()).header('connection');
  };
  expect(await persistence()).toBeUndefined();
  await gateway.reload({});
  expect(await persistence()).toBeUndefined();
  await gateway.reload({ limits: { maxHeadBytes: 5_000 } });
  expect(await persistence()).toBe('close');
  await client.readUntilClose();
});
