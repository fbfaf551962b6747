import { Duplex, PassThrough } from 'node:stream';
import {
  definePlugin,
  type Exchange,
  type ExchangeTrail,
  only,
  type PluginEntry,
  type PluginHost,
  type PluginList,
  respond,
  retry,
  Slot,
  Stage,
  type TrailStep,
} from 'hookway';
import { startTestGateway, type TestGatewayOptions } from 'hookway/testing';
import { expect, test } from 'vitest';

const plugin = (name: string, setup: (gateway: PluginHost) => void): PluginEntry =>
  definePlugin({ name, setup })();

const onRequest = (name: string, change: (exchange: Exchange) => void): PluginEntry =>
  plugin(name, ({ hooks }) => hooks.onRequest.tap(change));

const recorder = (isWanted: (exchange: Exchange) => boolean = () => true): PluginEntry =>
  plugin('recorder', (gateway) => gateway.recordTrails(isWanted));

/** The trail of one request, its steps without their times. */
async function trailOf(
  plugins: PluginList,
  options: TestGatewayOptions & { readonly path?: string; readonly body?: string } = {},
): Promise<ExchangeTrail | undefined> {
  const { path = '/', body, ...rest } = options;
  await using gateway = await startTestGateway({ ...rest, plugins, log: { level: 'silent' } });
  await gateway.fetch(path, body === undefined ? {} : { body });
  return (await gateway.waitForExchange(1)).trail;
}

async function effectsOf(plugins: PluginList, ...rest: [TestGatewayOptions?]): Promise<unknown> {
  const trail = await trailOf([plugins, recorder()], ...rest);
  return trail!.steps.map(({ hook, plugin: name, effects }) => [hook, name, effects]);
}

test('an exchange has no trail unless a plugin asked for one', async () => {
  expect(await trailOf([onRequest('a', () => {})])).toBeUndefined();
  expect(await trailOf([onRequest('a', () => {}), recorder(() => false)])).toBeUndefined();
});

test('what is thrown may be anything, also what cannot be made a text', async () => {
  const rejecting = plugin('rejecting', ({ hooks }) =>
    hooks.onRequest.tapPromise(() => Promise.reject(Object.create(null) as Error)),
  );
  await using gateway = await startTestGateway({ plugins: [rejecting, recorder()] });
  const response = await gateway.fetch('/');
  expect(response.json()).toMatchObject({ status: 500, code: 'plugin_failed' });
  const { trail } = await gateway.waitForExchange();
  expect(trail!.steps[0]!.effects).toEqual([{ kind: 'failed', code: 'plugin_failed', reason: 'unknown' }]);
});

test('a plugin listed last sees the steps of those before it, in the order in which they ran', async () => {
  const late = plugin('late', ({ hooks }) => {
    hooks.onRequest.tap({ stage: Stage.Observe }, () => {});
    hooks.selectBackend.tapPromise(async () => undefined);
    hooks.onBackendRequest.tap(() => {});
    hooks.onBackendResponse.tap(() => undefined);
    hooks.onResponse.tap(() => {});
    hooks.onComplete.tap(() => {});
  });
  const trail = await trailOf([onRequest('early', () => {}), late, recorder()]);
  const told = trail!.steps.map(({ hook, plugin: name, stage, attempt }) => [hook, name, stage, attempt]);
  expect(told).toEqual([
    ['onRequest', 'late', 'Observe', 0],
    ['onRequest', 'early', 'Default', 0],
    ['selectBackend', 'late', 'Default', 1],
    ['onBackendRequest', 'late', 'Default', 1],
    ['onBackendResponse', 'late', 'Default', 1],
    ['onResponse', 'late', 'Default', 1],
  ]);
  expect(trail!.steps.every(({ tookMs, effects }) => tookMs! >= 0 && effects.length === 0)).toBe(true);
});

test('what a plugin changes on the request is told with its old and new value', async () => {
  const changes = onRequest('changes', (exchange) => {
    const { outbound } = exchange;
    outbound.path = '/new';
    outbound.query = undefined;
    outbound.method = 'PUT';
    outbound.authority = 'other.example';
    exchange.timeouts.totalMs = 5_000;
    outbound.fields.set('X-New', 'n');
    outbound.fields.append('X-New', 'm');
    outbound.fields.set('user-agent', 'u');
    outbound.fields.delete('accept');
  });
  const trail = await trailOf([changes, recorder()], { path: '/old?q', origin: () => ({}) });
  expect(trail!.steps[0]!.effects).toEqual([
    { kind: 'value', name: 'method', before: 'GET', after: 'PUT' },
    { kind: 'value', name: 'path', before: '/old', after: '/new' },
    { kind: 'value', name: 'query', before: 'q', after: undefined },
    { kind: 'value', name: 'host', before: undefined, after: 'other.example' },
    { kind: 'value', name: 'timeouts.totalMs', before: undefined, after: '5000' },
    { kind: 'field', message: 'request', name: 'X-New', before: [], after: ['n', 'm'] },
    { kind: 'field', message: 'request', name: 'user-agent', before: [], after: ['u'] },
  ]);
});

test('a field that is replaced or removed is told with what was there', async () => {
  const adds = onRequest('adds', ({ outbound }) => outbound.fields.set('X-A', '1'));
  const sets = onRequest('sets', ({ outbound }) => outbound.fields.set('x-a', '2'));
  const deletes = onRequest('deletes', ({ outbound }) => void outbound.fields.delete('X-A'));
  expect(await effectsOf([adds, sets, deletes])).toEqual([
    ['onRequest', 'adds', [{ kind: 'field', message: 'request', name: 'X-A', before: [], after: ['1'] }]],
    ['onRequest', 'sets', [{ kind: 'field', message: 'request', name: 'x-a', before: ['1'], after: ['2'] }]],
    ['onRequest', 'deletes', [{ kind: 'field', message: 'request', name: 'x-a', before: ['2'], after: [] }]],
  ]);
});

test('slots that were set are told by name', async () => {
  const slot = new Slot<number>('answer');
  const sets = onRequest('sets', (exchange) => exchange.set(slot, 42));
  const reads = onRequest('reads', (exchange) => void exchange.get(slot));
  expect(await effectsOf([sets, reads])).toEqual([
    ['onRequest', 'sets', [{ kind: 'slot', name: 'answer' }]],
    ['onRequest', 'reads', []],
  ]);
});

test('what is done to a body is told, and to look does not touch it', async () => {
  const upper = (): Duplex => new PassThrough();
  const plugins = [
    onRequest('replaces', ({ outbound }) => outbound.body.replace('other')),
    plugin('reads', ({ hooks }) =>
      hooks.onRequest.tapPromise(async ({ outbound }) => void (await outbound.body.buffer(100))),
    ),
    plugin('transforms', ({ hooks }) =>
      hooks.onResponse.tap(({ response }) => response!.body.through(upper())),
    ),
  ];
  const trail = await trailOf([plugins, recorder()], { body: 'one' });
  expect(trail!.steps.map(({ effects }) => effects)).toEqual([
    [{ kind: 'body', message: 'request', change: 'replaced' }],
    [{ kind: 'body', message: 'request', change: 'read' }],
    [{ kind: 'body', message: 'response', change: 'transformed' }],
  ]);
});

test('a narrowed list of candidates is told by names, an unchanged one is nothing', async () => {
  const upstreams = { app: { backends: ['http://127.0.0.1:1', 'http://127.0.0.1:2'] } };
  const narrows = plugin('narrows', ({ hooks }) => hooks.selectBackend.tap((all) => all.slice(1)));
  const keeps = plugin('keeps', ({ hooks }) => hooks.selectBackend.tap((all) => [...all]));
  const trail = await trailOf([narrows, keeps, recorder()], { upstreams });
  const [first, second] = trail!.steps.filter(({ hook }) => hook === 'selectBackend');
  expect(first!.effects).toEqual([
    { kind: 'candidates', before: ['127.0.0.1:1', '127.0.0.1:2'], after: ['127.0.0.1:2'] },
  ]);
  expect(second!.effects).toEqual([]);
});

test('answers, retries and failures are told with their codes', async () => {
  const retries = plugin('retries', ({ hooks }) =>
    hooks.onBackendResponse.tap((_, { status }) => (status === 503 ? retry() : undefined)),
  );
  let asked = 0;
  const origin = () => ({ status: asked++ === 0 ? 503 : 200 });
  const trail = await trailOf([retries, recorder()], { origin });
  expect(trail!.steps.map(({ attempt, effects }) => [attempt, effects])).toEqual([
    [1, [{ kind: 'retried' }]],
    [2, []],
  ]);
  const answers = plugin('answers', ({ hooks }) =>
    hooks.onRequest.tap(() => respond(429, {}, undefined, { code: 'too_many' })),
  );
  expect(await effectsOf([answers])).toEqual([
    ['onRequest', 'answers', [{ kind: 'answered', status: 429, code: 'too_many' }]],
  ]);
  const throws = onRequest('throws', () => {
    throw new Error('no such thing');
  });
  const rejects = plugin('rejects', ({ hooks }) =>
    hooks.onRequest.tapPromise(() => Promise.reject(new Error('later'))),
  );
  expect(await effectsOf([throws])).toEqual([
    ['onRequest', 'throws', [{ kind: 'failed', code: 'plugin_failed', reason: 'no such thing' }]],
  ]);
  expect(await effectsOf([rejects])).toEqual([
    ['onRequest', 'rejects', [{ kind: 'failed', code: 'plugin_failed', reason: 'later' }]],
  ]);
});

test('a plugin of another route is told as not asked, and is not blamed for what those before it did', async () => {
  const routes = [
    { name: 'a', path: '/a', upstream: 'origin' },
    { name: 'b', upstream: 'origin' },
  ];
  const breaks = plugin('breaks', ({ hooks }) =>
    hooks.onBackendRequest.tap(({ outbound }) => void (outbound.path = 'no slash')),
  );
  const other = plugin('other', ({ hooks }) => hooks.onBackendRequest.tap(() => {}));
  const plugins = [breaks, only({ routes: ['a'] }, other), recorder()];
  await using gateway = await startTestGateway({ plugins, routes, log: { level: 'silent' } });
  await gateway.fetch('/b');
  const { trail, outcome } = await gateway.waitForExchange(1);
  const told = trail!.steps.map(({ plugin: name, isSkipped }: TrailStep) => [name, isSkipped]);
  expect(told).toEqual([
    ['breaks', false],
    ['other', true],
  ]);
  expect(outcome).toMatchObject({ code: 'invalid_field', plugin: 'breaks', hook: 'onBackendRequest' });
});

test('a trail says which routes there were, the taken one first', async () => {
  const routes = [
    { name: 'other', path: '/b', upstream: 'origin' },
    { name: 'any', upstream: 'origin' },
  ];
  const trail = await trailOf([recorder()], { routes });
  expect(trail!.routes.map(({ route, isTaken }) => [route, isTaken])).toEqual([
    ['any', true],
    ['other', false],
  ]);
});

test('a plugin that fails to say what it wants costs the trail, not the exchange', async () => {
  const failing = recorder(() => {
    throw new Error('no');
  });
  await using gateway = await startTestGateway({ plugins: [failing], log: { level: 'error' } });
  expect(await gateway.fetch('/')).toMatchObject({ status: 200 });
  expect((await gateway.waitForExchange(1)).trail).toBeUndefined();
});

test('under only, a plugin gets trails of its routes alone', async () => {
  const routes = [
    { name: 'a', path: '/a', upstream: 'origin' },
    { name: 'b', upstream: 'origin' },
  ];
  const scoped = only({ routes: ['a'] }, recorder());
  expect(await trailOf([scoped], { routes, path: '/a' })).toBeDefined();
  expect(await trailOf([scoped], { routes, path: '/b' })).toBeUndefined();
});
