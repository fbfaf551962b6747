import { setImmediate as nextTurn } from 'node:timers/promises';
import { definePlugin, type Exchange, type PluginEntry, type PluginHooks } from 'hookway';
import { startTestGateway } from 'hookway/testing';
import { expect, test } from 'vitest';
import { Gate } from './gate.ts';
import { get, requestText } from './wire.ts';

type AsyncHook = Exclude<keyof PluginHooks, 'onAccept' | 'onComplete'>;
type Style = 'throws' | 'rejects' | 'throws before its promise';

const secret = 'the password is 1234';

/** Fails in one hook, for the path /bad only. */
function failing(hook: AsyncHook, style: Style): PluginEntry {
  const isBad = (exchange: Exchange): boolean => exchange.inbound.path === '/bad';
  const fail = (): never => {
    throw new Error(secret);
  };
  // the exchange stands last in selectBackend, first elsewhere
  const exchangeOf = (input: unknown[]): Exchange =>
    (hook === 'selectBackend' ? input[1] : input[0]) as Exchange;
  const handlers = {
    throws: (...input: unknown[]) => (isBad(exchangeOf(input)) ? fail() : undefined),
    rejects: async (...input: unknown[]) => {
      await new Promise(setImmediate);
      return isBad(exchangeOf(input)) ? fail() : undefined;
    },
    'throws before its promise': (...input: unknown[]) =>
      isBad(exchangeOf(input)) ? fail() : Promise.resolve(undefined),
  };
  return definePlugin({
    name: 'failing',
    setup({ hooks }) {
      const taps: { tap(handler: unknown): void; tapPromise(handler: unknown): void } = hooks[hook];
      if (style === 'throws') taps.tap(handlers.throws);
      else taps.tapPromise(handlers[style]);
    },
  })();
}

const hooks = [
  'onRequest',
  'selectBackend',
  'onBackendRequest',
  'onBackendError',
  'onBackendResponse',
  'onResponse',
] as const;
const styles = ['throws', 'rejects', 'throws before its promise'] as const;

test.each(hooks.flatMap((hook) => styles.map((style) => [hook, style] as const)))(
  'a plugin that fails in %s (%s) gives 500 to that exchange only, and the log names it',
  async (hook, style) => {
    const gate = new Gate();
    await using gateway = await startTestGateway({
      plugins: [failing(hook, style)],
      origin: ({ target }) => {
        if (target === '/slow') return { after: gate.opened, body: 'slow' };
        return target === '/bad' && hook === 'onBackendError'
          ? { cutAt: 0, ending: 'reset' }
          : { body: 'ok' };
      },
    });
    const slow = gateway.fetch('/slow');
    await gateway.origin.waitForRequest();
    using client = await gateway.connect();
    client.send(get('/bad'));
    const response = await client.readResponse();
    expect([response.status, response.header('content-type')]).toEqual([500, 'application/problem+json']);
    expect(JSON.parse(response.text)).toMatchObject({ status: 500, code: 'plugin_failed' });
    expect(response.text).not.toContain(secret);
    const line = await gateway.waitForLog(({ level }) => level === 'error');
    expect(line).toMatchObject({ plugin: 'failing', hook, code: 'plugin_failed', err: { message: secret } });
    const { outcome } = await gateway.waitForExchange();
    expect(outcome).toMatchObject({ endedBy: 'plugin', code: 'plugin_failed', plugin: 'failing', hook });
    client.send(get('/good'));
    expect((await client.readResponse()).text).toBe('ok');
    gate.open();
    expect((await slow).body).toBe('slow');
  },
);

test.each(styles)('a plugin that fails in onUpgrade (%s) gives 500 and opens no tunnel', async (style) => {
  await using gateway = await startTestGateway({ plugins: [failing('onUpgrade', style)] });
  using client = await gateway.connect();
  client.send(requestText('GET', '/bad', 'Connection: Upgrade', 'Upgrade: echo'));
  const response = await client.readResponse();
  expect([response.status, JSON.parse(response.text)]).toEqual([
    500,
    expect.objectContaining({ code: 'plugin_failed' }),
  ]);
  expect(await gateway.waitForLog(({ level }) => level === 'error')).toMatchObject({
    plugin: 'failing',
    hook: 'onUpgrade',
  });
  expect(gateway.origin.requests).toHaveLength(0);
});

test('a plugin that fails in onAccept closes that connection, and the log names it', async () => {
  let mayFail = true;
  const plugin = definePlugin({
    name: 'failing',
    setup({ hooks }) {
      hooks.onAccept.tap(() => {
        if (mayFail) throw new Error(secret);
      });
    },
  });
  await using gateway = await startTestGateway({ plugins: [plugin()] });
  using client = await gateway.connect();
  expect(await client.readUntilClose()).toHaveLength(0);
  const line = await gateway.waitForLog(({ level }) => level === 'error');
  expect(line).toMatchObject({ plugin: 'failing', hook: 'onAccept' });
  mayFail = false;
  expect((await gateway.fetch('/')).status).toBe(200);
});

test('a plugin that fails in onComplete is logged, and the other plugins still see the end', async () => {
  const plugin = definePlugin({
    name: 'failing',
    setup({ hooks }) {
      hooks.onComplete.tap(() => {
        throw new Error(secret);
      });
    },
  });
  await using gateway = await startTestGateway({ plugins: [plugin()] });
  expect((await gateway.fetch('/')).status).toBe(200);
  const line = await gateway.waitForLog(({ level }) => level === 'error');
  expect(line).toMatchObject({ plugin: 'failing', hook: 'onComplete' });
  expect(line['err']).toMatchObject({ message: expect.stringContaining(secret) as unknown });
  await gateway.waitForExchange();
});

test.each([
  ['text', 'no'],
  ['true', true],
  ['an object', { status: 403 }],
  ['a promise', Promise.resolve()],
])('a handler that answers with %s gives 500 instead of letting the request pass', async (_, result) => {
  const plugin = definePlugin({
    name: 'mistaken',
    setup({ hooks: { onRequest } }) {
      onRequest.tap(() => result as unknown as undefined);
    },
  });
  await using gateway = await startTestGateway({ plugins: [plugin()] });
  expect((await gateway.fetch('/')).status).toBe(500);
  expect(await gateway.waitForLog(({ level }) => level === 'error')).toMatchObject({
    plugin: 'mistaken',
    hook: 'onRequest',
  });
  expect(gateway.origin.requests).toHaveLength(0);
});

test('a handler that never finishes is given up after hookTimeoutMs', async () => {
  const plugin = definePlugin({
    name: 'forgetful',
    setup({ hooks: { onRequest } }) {
      onRequest.tapPromise(() => new Promise(() => {}));
    },
  });
  await using gateway = await startTestGateway({ plugins: [plugin()], limits: { hookTimeoutMs: 100 } });
  const response = await gateway.fetch('/');
  expect([response.status, response.json()]).toEqual([
    500,
    expect.objectContaining({ code: 'plugin_failed' }),
  ]);
  expect(await gateway.waitForLog(({ level }) => level === 'error')).toMatchObject({
    plugin: 'forgetful',
    hook: 'onRequest',
  });
});

test('the answer of a failure is shaped once, also when it came while a handler waited', async () => {
  const waits: Readonly<Record<number, Gate>> = { 200: new Gate(), 504: new Gate() };
  const failed = new Gate();
  const slow = definePlugin({
    name: 'slow',
    setup({ hooks }) {
      hooks.onRequest.tap(({ timeouts }) => void (timeouts.totalMs = 50));
      hooks.onResponse.tapPromise(({ response }) => {
        if (response!.status === 504) failed.open();
        return waits[response!.status]!.opened;
      });
    },
  });
  const marking = definePlugin({
    name: 'marking',
    setup: ({ hooks }) => hooks.onResponse.tap(({ response }) => response!.fields.append('X-Mark', 'yes')),
  });
  await using gateway = await startTestGateway({ plugins: [slow(), marking()] });
  const fetched = gateway.fetch('/');
  await failed.opened;
  waits[200]!.open();
  await nextTurn();
  waits[504]!.open();
  const { status, headers } = await fetched;
  expect([status, headers['x-mark']]).toEqual([504, 'yes']);
});

test('a plugin that throws something else than an error is named as well', async () => {
  const plugin = definePlugin({
    name: 'failing',
    setup({ hooks }) {
      hooks.onRequest.tapPromise(() => Promise.reject(undefined as unknown as Error));
    },
  });
  await using gateway = await startTestGateway({ plugins: [plugin()] });
  expect((await gateway.fetch('/')).status).toBe(500);
  expect(await gateway.waitForLog(({ level }) => level === 'error')).toMatchObject({ plugin: 'failing' });
});

test('a plugin that fails on the response of a failure does not fail twice', async () => {
  const plugin = definePlugin({
    name: 'failing',
    setup({ hooks }) {
      hooks.onRequest.tap(() => {
        throw new Error('first');
      });
      hooks.onResponse.tap(() => {
        throw new Error('second');
      });
    },
  });
  await using gateway = await startTestGateway({ plugins: [plugin()] });
  const response = await gateway.fetch('/');
  expect([response.status, response.json()]).toEqual([
    500,
    expect.objectContaining({ code: 'plugin_failed' }),
  ]);
  expect((await gateway.waitForExchange()).outcome).toMatchObject({ hook: 'onRequest' });
});

test.each([
  ['a name that is no token', (exchange: Exchange) => exchange.outbound.fields.set('bad name', 'x')],
  ['a value with a line break', (exchange: Exchange) => exchange.outbound.fields.append('X', 'a\r\nEvil: 1')],
  ['a value above U+00FF', (exchange: Exchange) => exchange.outbound.fields.set('X', '\u2603')],
  ['a field of the framing', (exchange: Exchange) => exchange.outbound.fields.set('Content-Length', '5')],
  ['a hop-by-hop field', (exchange: Exchange) => exchange.outbound.fields.set('connection', 'close')],
  ['Host', (exchange: Exchange) => exchange.outbound.fields.set('HOST', 'evil')],
  [
    'a method that is no token',
    (exchange: Exchange) => (exchange.outbound.method = 'GET / HTTP/1.1\r\nEvil:'),
  ],
  ['the method CONNECT', (exchange: Exchange) => (exchange.outbound.method = 'CONNECT')],
  ['a path without its slash', (exchange: Exchange) => (exchange.outbound.path = 'a')],
  ['a path with a line break', (exchange: Exchange) => (exchange.outbound.path = '/ HTTP/1.1\r\nEvil: 1')],
  ['a path with a query', (exchange: Exchange) => (exchange.outbound.path = '/a?b')],
  ['a query with a space', (exchange: Exchange) => (exchange.outbound.query = 'a b')],
  ['an authority with a line break', (exchange: Exchange) => (exchange.outbound.authority = 'a\r\nEvil: 1')],
])('%s, set by a plugin, gives 500 and reaches no backend', async (_, change) => {
  const plugin = definePlugin({
    name: 'careless',
    setup({ hooks }) {
      hooks.onBackendRequest.tap((exchange) => {
        change(exchange);
      });
    },
  });
  await using gateway = await startTestGateway({ plugins: [plugin()] });
  const response = await gateway.fetch('/');
  expect([response.status, response.json()]).toEqual([
    500,
    expect.objectContaining({ code: 'invalid_field' }),
  ]);
  expect(gateway.origin.requests).toHaveLength(0);
  await gateway.waitForLog(({ code }) => code === 'invalid_field');
});
