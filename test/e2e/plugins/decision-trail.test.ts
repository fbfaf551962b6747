import { ConfigurationError, definePlugin, only, type PluginEntry, type PluginList, respond } from 'hookway';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from 'hookway/testing';
import decisionTrail, { DecisionTrails, type TrailRecord } from 'hookway/plugins/decision-trail';
import requestId from 'hookway/plugins/request-id';
import { expect, test } from 'vitest';

const secret = '3f9c1d7ab2e84065';
const knowing = { headers: { 'X-Decision-Trail': secret } };

/** Reads what the plugin keeps. */
class Reader {
  trails: DecisionTrails | undefined;
  readonly plugin: PluginEntry = definePlugin({
    name: 'reader',
    setup: (gateway) => gateway.onStart(() => void (this.trails = gateway.use(DecisionTrails))),
  })();
}

const start = (plugins: PluginList, options: TestGatewayOptions = {}): Promise<TestGateway> =>
  startTestGateway({ ...options, plugins, log: { level: 'info' } });

const logged = (gateway: TestGateway): TrailRecord[] =>
  gateway.logLines.filter(({ msg }) => msg === 'decision trail').map(({ trail }) => trail as TrailRecord);

test('a request with the secret is written down, with what each plugin did', async () => {
  await using gateway = await start([decisionTrail({ secret }), requestId()]);
  const response = await gateway.fetch('/a?b', knowing);
  const { id } = await gateway.waitForExchange(1);
  expect(response.headers['decision-trail']).toBe(id);
  expect(response.headers).not.toHaveProperty('decision-trail-record');
  const [record] = logged(gateway);
  expect(record).toMatchObject({
    exchange: id,
    reason: 'secret',
    client: '127.0.0.1',
    method: 'GET',
    target: '/a?b',
    upstream: 'origin',
    backends: [expect.any(String)],
    status: 200,
    routes: [{ isTaken: true }],
  });
  expect(record!.steps.map(({ hook, plugin }) => `${hook} ${plugin}`)).toEqual([
    'onRequest decision-trail',
    'onRequest request-id',
    'onResponse request-id',
    'onResponse decision-trail',
  ]);
});

test('no backend sees the field, with a right or a wrong value, and a wrong one gives nothing', async () => {
  await using gateway = await start([decisionTrail({ secret })]);
  await gateway.fetch('/', knowing);
  const response = await gateway.fetch('/', { headers: { 'x-decision-trail': 'guess' } });
  await gateway.waitForExchange(2);
  for (const { raw } of gateway.origin.requests) expect(raw.toString()).not.toMatch(/decision-trail/i);
  expect(response.headers).not.toHaveProperty('decision-trail');
  expect(logged(gateway)).toHaveLength(1);
});

test('the secret itself is in no record and no log', async () => {
  await using gateway = await start([decisionTrail({ secret, reply: 'record' })]);
  const response = await gateway.fetch('/', knowing);
  await gateway.waitForExchange(1);
  expect(JSON.stringify([response.rawHeaders, gateway.logLines])).not.toContain(secret);
  expect(JSON.stringify(logged(gateway))).toContain('"before":["***"]');
});

test('a record in the response says what happened until then, also of a local answer', async () => {
  const refuses = definePlugin({
    name: 'refuses',
    setup: ({ hooks }) => hooks.onRequest.tap(() => respond(403, {}, undefined, { code: 'no' })),
  })();
  await using gateway = await start([decisionTrail({ secret, reply: 'record', header: 'X-Debug' }), refuses]);
  const response = await gateway.fetch('/', { headers: { 'x-debug': secret } });
  expect(response.status).toBe(403);
  const record = JSON.parse(response.headers['decision-trail-record'] as string) as TrailRecord;
  const effects = record.steps.find(({ plugin }) => plugin === 'refuses')!.effects;
  expect(effects).toEqual([{ kind: 'answered', status: 403, code: 'no' }]);
});

test('sampled requests are written down, and their clients are told nothing', async () => {
  await using gateway = await start([decisionTrail({ secret, share: 1, reply: 'record' })]);
  const response = await gateway.fetch('/');
  await gateway.waitForExchange(1);
  expect(logged(gateway)).toMatchObject([{ reason: 'sample' }]);
  expect(Object.keys(response.headers).filter((name) => name.startsWith('decision'))).toEqual([]);
});

test('the last records are there for other plugins, also after a reload', async () => {
  const reader = new Reader();
  const plugins = [decisionTrail({ secret, log: false, keep: 2, reply: 'none' }), reader.plugin];
  await using gateway = await start(plugins);
  for (const path of ['/1', '/2', '/3']) await gateway.fetch(path, knowing);
  const third = await gateway.waitForExchange(3);
  const before = reader.trails!;
  expect(before.recent().map(({ target }) => target)).toEqual(['/3', '/2']);
  expect(before.find(third.id)).toMatchObject({ target: '/3' });
  expect(logged(gateway)).toEqual([]);
  reader.trails = undefined;
  await gateway.gateway.reload();
  expect(reader.trails!.recent()).toHaveLength(2);
});

test('under only it is for requests of those routes', async () => {
  const routes = [
    { name: 'a', path: '/a', upstream: 'origin' },
    { name: 'b', upstream: 'origin' },
  ];
  await using gateway = await start(only({ routes: ['a'] }, decisionTrail({ secret })), { routes });
  expect((await gateway.fetch('/a', knowing)).headers).toHaveProperty('decision-trail');
  expect((await gateway.fetch('/b', knowing)).headers).not.toHaveProperty('decision-trail');
});

test.each([
  [{}, 'needs a "secret", a "share", or both'],
  [{ secret: 'short' }, 'secret: must have at least 16 characters; take one that nobody guesses'],
  [{ secret: '0123456789abcdef' }, 'secret: must not be a sequence of neighbouring characters'],
  [{ share: 0 }, 'share: must be more than 0 and at most 1'],
  [{ share: 1.1 }, 'share: must be more than 0 and at most 1'],
  [{ secret, header: 'Host' }, 'header: must be the name of a header field that plugins may set'],
])('%j is refused', async (options, message) => {
  const starting = start([decisionTrail(options)]);
  await expect(starting).rejects.toThrow(ConfigurationError);
  await expect(starting).rejects.toThrow(message);
});

test('it can be listed once', async () => {
  const twice = start([decisionTrail({ secret }), decisionTrail({ share: 0.1 })]);
  await expect(twice).rejects.toThrow('decision-trails is already provided by the plugin decision-trail');
});
