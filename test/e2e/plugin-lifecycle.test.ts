import {
  ConfigurationError,
  createGateway,
  definePlugin,
  type PluginEntry,
  type PluginHost,
  refuse,
  respond,
  Service,
  Slot,
  Stage,
} from 'hookway';
import { startTestGateway, type TestGatewayOptions, unusedPort } from 'hookway/testing';
import { expect, test } from 'vitest';
import { get, post, requestText } from './wire.ts';

const plugin = (name: string, setup: (gateway: PluginHost) => void | Promise<void>): PluginEntry =>
  definePlugin({ name, setup })();

test('plugins run in the order of the list, within stages, and before whom they name', async () => {
  const ran: string[] = [];
  const tapping = (name: string, options: object): PluginEntry =>
    plugin(name, ({ hooks }) => hooks.onRequest.tap(options, () => void ran.push(name)));
  await using gateway = await startTestGateway({
    plugins: [
      tapping('finish', { stage: Stage.Finish }),
      tapping('default-1', {}),
      [tapping('guard', { stage: Stage.Guard }), false, null, [tapping('default-2', {})], undefined],
      tapping('observe', { stage: Stage.Observe }),
      tapping('default-3', { before: 'default-2' }),
    ],
  });
  await gateway.fetch('/');
  expect(ran).toEqual(['observe', 'guard', 'default-1', 'default-3', 'default-2', 'finish']);
});

test('a slow asynchronous handler holds up those behind it, in its own exchange only', async () => {
  const ran: string[] = [];
  await using gateway = await startTestGateway({
    plugins: [
      plugin('slow', ({ hooks }) =>
        hooks.onRequest.tapPromise(async ({ inbound }) => {
          if (inbound.path === '/slow') await gateway.waitForExchange(1);
          ran.push(`slow ${inbound.path}`);
        }),
      ),
      plugin('quick', ({ hooks }) =>
        hooks.onRequest.tap(({ inbound }) => void ran.push(`quick ${inbound.path}`)),
      ),
    ],
  });
  await Promise.all([gateway.fetch('/slow'), gateway.fetch('/fast')]);
  expect(ran).toEqual(['slow /fast', 'quick /fast', 'slow /slow', 'quick /slow']);
});

test('a refusal from onAccept closes the connection, and its reason is logged', async () => {
  let isOpen = false;
  await using gateway = await startTestGateway({
    plugins: [
      plugin('door', ({ hooks }) => hooks.onAccept.tap(() => (isOpen ? undefined : refuse('not yet')))),
    ],
  });
  using client = await gateway.connect();
  expect(await client.readUntilClose()).toHaveLength(0);
  await gateway.waitForLog(({ reason }) => reason === 'not yet');
  isOpen = true;
  expect((await gateway.fetch('/')).status).toBe(200);
});

test('onComplete runs exactly once for every exchange, however it ends', async () => {
  const ends = new Map<string, number>();
  const slow = plugin('slow', ({ hooks }) => {
    hooks.onComplete.tap(({ id }) => void ends.set(id, (ends.get(id) ?? 0) + 1));
    hooks.onRequest.tap(({ inbound }) => {
      if (inbound.path === '/throws') throw new Error('on purpose');
      return inbound.path === '/local' ? respond(200) : undefined;
    });
    hooks.onResponse.tap(({ inbound }) => {
      if (inbound.path === '/throws-late') throw new Error('on purpose');
    });
  });
  await using gateway = await startTestGateway({
    plugins: [slow],
    routes: [{ path: '/nowhere/*', methods: ['TRACE'], upstream: 'origin' }, { upstream: 'origin' }],
    origin: ({ target }) => {
      if (target === '/dies') return { cutAt: 0, ending: 'reset' };
      if (target === '/truncated') return { body: 'x'.repeat(100), cutAt: 60, ending: 'close' };
      return target === '/hangs' ? { cutAt: 0 } : { body: 'ok' };
    },
  });
  const requests = [
    get('/'),
    post('/', 'body'),
    requestText('HEAD', '/'),
    get('/local'),
    get('/throws'),
    get('/throws-late'),
    get('/dies'),
    get('/truncated'),
    get('/../'),
    'GET / HTTP/1.1\r\n\r\n',
    post('/', 'half').replace('Content-Length: 4', 'Content-Length: 8'),
    get('/hangs'),
  ];
  for (const [index, request] of requests.entries()) {
    using client = await gateway.connect();
    client.send(request);
    if (request.includes('/hangs')) await gateway.origin.waitForRequest(gateway.origin.requests.length + 1);
    else if (request.includes(': 8')) await gateway.origin.waitForRequest(gateway.origin.requests.length + 1);
    else await client.waitForBytes(1).catch(() => client.readUntilClose());
    client.close();
    const { outcome, timings } = await gateway.waitForExchange(index + 1);
    expect(outcome).toBeDefined();
    expect(timings.completedAtMs).toBeGreaterThanOrEqual(timings.startedAtMs);
  }
  await new Promise(setImmediate);
  expect([...ends.values()]).toEqual(requests.map(() => 1));
  expect(gateway.exchanges).toHaveLength(requests.length);
});

test('outcome, times and bytes tell how an exchange went', async () => {
  await using gateway = await startTestGateway({ origin: { body: 'answer' } });
  await gateway.fetch('/', { method: 'POST', body: 'question?' });
  const { outcome, timings, attempts, bodyBytesReceived, bodyBytesSent } = await gateway.waitForExchange();
  expect(outcome).toEqual({
    endedBy: undefined,
    phase: 'done',
    code: undefined,
    plugin: undefined,
    hook: undefined,
  });
  expect([bodyBytesReceived, bodyBytesSent]).toEqual([9, 6]);
  const [attempt] = attempts;
  const moments = [
    timings.startedAtMs,
    timings.headAtMs,
    attempt!.startedAtMs,
    attempt!.connectedAtMs,
    attempt!.responseAtMs,
    timings.completedAtMs,
  ];
  expect(moments).toEqual([...moments].sort((a, b) => a - b));
  expect(attempt).toMatchObject({ isReusedConnection: false, status: 200, error: undefined });
});

test('slots carry values between plugins, apart for each exchange', async () => {
  const Tenant = new Slot<string>('tenant');
  const Other = new Slot<number>('other');
  const seen: unknown[] = [];
  await using gateway = await startTestGateway({
    plugins: [
      plugin('writer', ({ hooks }) =>
        hooks.onRequest.tap((exchange) => {
          seen.push(exchange.get(Tenant));
          exchange.set(Tenant, exchange.inbound.path);
        }),
      ),
      plugin('reader', ({ hooks }) =>
        hooks.onComplete.tap((exchange) => void seen.push(exchange.get(Tenant), exchange.get(Other))),
      ),
    ],
  });
  await gateway.fetch('/1');
  await gateway.fetch('/2');
  expect(seen).toEqual([undefined, '/1', undefined, undefined, '/2', undefined]);
});

test('a service is found by its token, whatever the order of the plugins', async () => {
  const Greeter = new Service<{ greet(name: string): string }>('greeter');
  const Missing = new Service<string>('missing');
  await using gateway = await startTestGateway({
    plugins: [
      plugin('user', (host) =>
        host.hooks.onRequest.tap(() =>
          respond(200, {}, `${host.use(Greeter)?.greet('Ada')} ${String(host.use(Missing))}`),
        ),
      ),
      plugin('provider', (host) => host.provide(Greeter, { greet: (name) => `Hello ${name}` })),
    ],
  });
  expect((await gateway.fetch('/')).body).toBe('Hello Ada undefined');
});

async function problemsOf(options: TestGatewayOptions): Promise<readonly string[]> {
  const error: unknown = await startTestGateway(options).then(
    async (gateway) => gateway.close(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigurationError);
  return (error as ConfigurationError).problems.map(({ place, message }) => `${place}: ${message}`);
}

test('a service that is provided twice is refused', async () => {
  const Token = new Service<number>('number');
  const providing = (name: string): PluginEntry => plugin(name, (host) => host.provide(Token, 1));
  expect(await problemsOf({ plugins: [providing('one'), providing('two')] })).toEqual([
    'plugins[1] two: number is already provided by the plugin one.',
  ]);
});

test('an async function in tap, an unknown plugin in before, and a late tap are refused', async () => {
  const sneaky = plugin('sneaky', ({ hooks }) =>
    hooks.onRequest.tap((async () => {}) as unknown as () => undefined),
  );
  expect((await problemsOf({ plugins: [sneaky] }))[0]).toContain('use tapPromise');
  const early = plugin('early', ({ hooks }) => hooks.onRequest.tap({ before: 'typo' }, () => {}));
  expect(await problemsOf({ plugins: [early] })).toEqual([
    'early: taps onRequest before "typo", which is not listed',
  ]);
  let host: PluginHost | undefined;
  await using gateway = await startTestGateway({ plugins: [plugin('late', (given) => void (host = given))] });
  expect(() => host!.hooks.onRequest.tap(() => {})).toThrow('after its set-up');
  expect((await gateway.fetch('/')).status).toBe(200);
});

test('clean-ups run last in, first out when the gateway has stopped, and a failing one stops none', async () => {
  const ran: string[] = [];
  const deferring = (name: string): PluginEntry =>
    plugin(name, (host) => {
      host.defer(() => void ran.push(`${name} 1`));
      host.defer(async () => {
        await new Promise(setImmediate);
        ran.push(`${name} 2`);
        if (name === 'b') throw new Error('on purpose');
      });
      host.retain(
        'value',
        () => ran.push(`${name} made`),
        () => void ran.push(`${name} disposed`),
      );
    });
  const gateway = await startTestGateway({ plugins: [deferring('a'), deferring('b')] });
  await gateway.fetch('/');
  expect(ran).toEqual(['a made', 'b made']);
  await gateway.close();
  expect(ran.slice(2)).toEqual(['b disposed', 'b 2', 'b 1', 'a disposed', 'a 2', 'a 1']);
  expect(gateway.logLines.filter(({ msg }) => msg === 'clean-up failed')).toMatchObject([{ plugin: 'b' }]);
});

test('a set-up that fails undoes what was set up before', async () => {
  const ran: string[] = [];
  const first = plugin('first', (host) => {
    host.retain(
      'value',
      () => ran.push('made'),
      () => void ran.push('disposed'),
    );
    host.defer(() => void ran.push('undone'));
  });
  const failing = plugin('failing', async (host) => {
    host.defer(() => void ran.push('half undone'));
    await Promise.reject(new Error('no disk'));
  });
  const never = plugin('never', () => void ran.push('set up'));
  expect(await problemsOf({ plugins: [first, failing, never] })).toEqual(['plugins[1] failing: no disk']);
  expect(ran).toEqual(['made', 'half undone', 'undone', 'disposed']);
});

test('an address in use undoes the set-up as well', async () => {
  const ran: string[] = [];
  const port = await unusedPort();
  const gateway = createGateway({
    listeners: [
      { host: '127.0.0.1', port },
      { host: '127.0.0.1', port },
    ],
    upstreams: {},
    routes: [],
    plugins: [plugin('first', (host) => host.defer(() => void ran.push('undone')))],
    log: { level: 'silent' },
  });
  await expect(gateway.listen()).rejects.toThrow('EADDRINUSE');
  expect(ran).toEqual(['undone']);
  expect(gateway.addresses).toEqual([]);
});

test('entries of the same plugin keep values of their own, and one entry the same value', async () => {
  const values: unknown[] = [];
  const twice = definePlugin({
    name: 'twice',
    setup(host) {
      values.push(
        host.retain('value', () => ({})),
        host.retain('value', () => ({})),
      );
    },
  });
  await using _gateway = await startTestGateway({ plugins: [twice(), twice()] });
  expect(values[0]).toBe(values[1]);
  expect(values[2]).toBe(values[3]);
  expect(values[0]).not.toBe(values[2]);
});
