import { expect, onTestFinished, test } from 'vitest';
import { definePlugin } from 'hookway';
import {
  type Origin,
  type OriginScript,
  startOrigin,
  startTestGateway,
  type TestGateway,
  unusedPort,
} from 'hookway/testing';
import healthCheck, { type BackendHealth, Health } from 'hookway/plugins/health-check';
import loadBalance from 'hookway/plugins/load-balance';
import timeouts from 'hookway/plugins/timeouts';

const probing = { intervalMs: 20, timeoutMs: 5_000, jitter: 0, rise: 2, fall: 2 };

async function start(script: OriginScript): Promise<Origin> {
  const origin = await startOrigin(script);
  onTestFinished(() => origin.close());
  return origin;
}

/** Answers `/healthz` as `health` says at the time, everything else with the name. */
function serve(name: string, health: { status: number; body?: string }): Promise<Origin> {
  return start(({ target }) => (target === '/healthz' ? { ...health } : { body: name }));
}

async function startWith(
  options: Parameters<typeof healthCheck>[0],
  backends: Readonly<Record<string, string>>,
): Promise<{ gateway: TestGateway; health: BackendHealth; changed: (text: string) => Promise<unknown> }> {
  let health: BackendHealth | undefined;
  const reader = definePlugin({
    name: 'reader',
    setup: (host) => void (health = host.use(Health)),
  });
  const gateway = await startTestGateway({
    plugins: [healthCheck(options), reader(), loadBalance({ policy: 'round-robin' })],
    upstreams: { app: { backends: Object.entries(backends).map(([name, url]) => ({ name, url })) } },
  });
  onTestFinished(() => gateway.close());
  const changed = (text: string) =>
    gateway.waitForLog(({ backend, msg }) => `${String(backend)}: ${msg}` === text);
  return { gateway, health: health!, changed };
}

async function answersOf(gateway: TestGateway, count: number): Promise<string> {
  const answers: string[] = [];
  for (let i = 0; i < count; i++) answers.push((await gateway.fetch('/')).body);
  return answers.join('');
}

test('a backend gets requests only while its probes are good', async () => {
  const state = { status: 200 };
  const [a, b] = [await serve('a', { status: 200 }), await serve('b', state)];
  const { gateway, changed } = await startWith(
    { active: { path: '/healthz', ...probing } },
    { a: a.url, b: b.url },
  );
  expect(new Set(await answersOf(gateway, 8))).toEqual(new Set('ab'));
  state.status = 500;
  await changed('b: backend is down');
  expect(await answersOf(gateway, 4)).toBe('aaaa');
  state.status = 200;
  await changed('b: backend is healthy');
  expect(new Set(await answersOf(gateway, 8))).toEqual(new Set('ab'));
});

test('a probe is a GET with a Host of its own, over a connection of its own', async () => {
  const a = await serve('a', { status: 200 });
  await startWith({ active: { path: '/healthz', host: 'app.example', ...probing } }, { a: a.url });
  const probe = await a.waitForRequest(2);
  expect(probe.raw.toString()).toMatch(
    /^GET \/healthz HTTP\/1\.1\r\nHost: app\.example\r\nUser-Agent: hookway/,
  );
  expect(a.connections.length).toBeGreaterThan(1);
});

test.each([
  ['a status that is not listed', { statuses: [204] }, { status: 200 }, 'probe: status 200'],
  ['a body without the text', { body: 'fine' }, { status: 200, body: 'bad' }, 'probe: no "fine" in the body'],
])('%s is a bad probe', async (_what, expected, health, reason) => {
  const a = await serve('a', health);
  const { gateway } = await startWith(
    { active: { path: '/healthz', ...probing, ...expected } },
    { a: a.url },
  );
  expect((await gateway.waitForLog(({ to }) => to === 'down')).reason).toBe(reason);
});

test('a body with the text is a good probe', async () => {
  const a = await serve('a', { status: 200, body: 'all is fine here' });
  const { health, gateway } = await startWith(
    { active: { path: '/healthz', body: 'fine', ...probing, fall: 1 } },
    { a: a.url },
  );
  await a.waitForRequest(3);
  expect(health.state((await exchangeOf(gateway)).backend!)).toBe('healthy');
});

async function exchangeOf(gateway: TestGateway) {
  await gateway.fetch('/');
  return gateway.waitForExchange();
}

test('a probe without an answer in time is a bad one', async () => {
  const a = await start(() => {});
  const active = { path: '/healthz', ...probing, timeoutMs: 30, fall: 1 };
  const { gateway } = await startWith({ active }, { a: a.url });
  expect((await gateway.waitForLog(({ to }) => to === 'down')).reason).toBe('probe: timeout');
});

test('without a path a connection is enough, and a refused one is a bad probe', async () => {
  const [a, port] = [await start({ body: 'a' }), await unusedPort()];
  const backends = { a: a.url, b: `http://127.0.0.1:${port}` };
  const { gateway, changed } = await startWith({ active: probing }, backends);
  await changed('b: backend is down');
  expect(gateway.logLines.find(({ to }) => to === 'down')?.reason).toBe('probe: ECONNREFUSED');
  expect(await answersOf(gateway, 3)).toBe('aaa');
  const back = await startOrigin({ body: 'b' }, { port });
  onTestFinished(() => back.close());
  await changed('b: backend is healthy');
  expect(a.requests).toHaveLength(3);
});

test('a backend that fails requests is ejected for a time, and each change is logged once', async () => {
  const [a, port] = [await start({ body: 'a' }), await unusedPort()];
  const passive = { consecutiveFailures: 2, ejectionMs: 500 };
  const { gateway, changed } = await startWith({ passive }, { a: a.url, b: `http://127.0.0.1:${port}` });
  const statuses: number[] = [];
  for (let i = 0; i < 12; i++) statuses.push((await gateway.fetch('/')).status);
  expect(statuses.filter((status) => status === 502)).toHaveLength(2);
  const back = await startOrigin({ body: 'b' }, { port });
  onTestFinished(() => back.close());
  await changed('b: backend is healthy');
  expect(new Set(await answersOf(gateway, 8))).toEqual(new Set('ab'));
  expect(
    gateway.logLines.filter(({ plugin }) => plugin === 'health-check').map(({ reason }) => reason),
  ).toEqual(['2 failures in a row', 'the ejection is over']);
});

test('a backend that answers 5xx is ejected, and a good probe brings it back', async () => {
  const state = { status: 404 };
  const [a, b] = [await serve('a', { status: 200 }), await serve('b', state)];
  b.script = ({ target }) => (target === '/healthz' ? { ...state } : { status: 500 });
  const { gateway, changed } = await startWith(
    { active: { path: '/healthz', ...probing, fall: 1_000 }, passive: { consecutiveErrors: 3 } },
    { a: a.url, b: b.url },
  );
  const statuses: number[] = [];
  for (let i = 0; i < 12; i++) statuses.push((await gateway.fetch('/')).status);
  expect(statuses.filter((status) => status === 500)).toHaveLength(3);
  state.status = 200;
  await changed('b: backend is healthy');
});

test('what is no fault of the backend ejects nobody', async () => {
  const a = await start({ body: 'a' });
  const failing = definePlugin({
    name: 'failing',
    setup: ({ hooks }) =>
      hooks.onBackendRequest.tap(() => {
        throw new Error('not the backend');
      }),
  });
  await using gateway = await startTestGateway({
    plugins: [healthCheck({ passive: { consecutiveFailures: 1, maxEjectedShare: 1 } }), failing()],
    upstreams: { app: { backends: [a.url] } },
  });
  expect((await gateway.fetch('/')).status).toBe(500);
  expect(gateway.logLines.some(({ to }) => to === 'ejected')).toBe(false);
});

test('other plugins read how a backend stands, and hear of changes', async () => {
  const state = { status: 200 };
  const a = await serve('a', state);
  const { gateway, health } = await startWith({ active: { path: '/healthz', ...probing } }, { a: a.url });
  const { backend } = await exchangeOf(gateway);
  const change = new Promise((resolve) => health.onChange(resolve));
  state.status = 503;
  expect(await change).toMatchObject({ backend, upstream: 'app', to: 'down', reason: 'probe: status 503' });
  expect([health.isHealthy(backend!), health.state(backend!)]).toEqual([false, 'down']);
});

test('when the gateway is closed no probe goes out any more', async () => {
  const a = await serve('a', { status: 200 });
  const { gateway } = await startWith({ active: { path: '/healthz', ...probing } }, { a: a.url });
  await a.waitForRequest(2);
  await gateway.close();
  await a.waitForNoConnections();
  const { length } = a.requests;
  await startWith({ active: { path: '/healthz', ...probing } }, { a: a.url });
  await a.waitForRequest(length + 3);
  expect(a.openConnections).toBeLessThanOrEqual(1);
});

test('a tunnel that opens ends a row of failures', async () => {
  const a = await start(({ target, connection }) => {
    if (target !== '/tunnel') return { cutAt: 0, ending: 'reset' };
    connection.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    connection.takeOver();
    return undefined;
  });
  const passive = { consecutiveFailures: 2, maxEjectedShare: 1 };
  const { gateway } = await startWith({ passive }, { a: a.url });
  await gateway.fetch('/');
  const client = await gateway.connect();
  client.send('GET /tunnel HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  await client.waitForText('101 Switching');
  await gateway.fetch('/');
  expect(gateway.logLines.some(({ to }) => to === 'ejected')).toBe(false);
  await gateway.fetch('/');
  expect(gateway.logLines.some(({ to }) => to === 'ejected')).toBe(true);
});

test('a backend that keeps requests until their time is over is ejected', async () => {
  const silent = await start(() => {});
  await using gateway = await startTestGateway({
    plugins: [
      healthCheck({ passive: { consecutiveFailures: 2, maxEjectedShare: 1 } }),
      timeouts({ totalMs: 50 }),
    ],
    upstreams: { app: { backends: [silent.url] } },
  });
  const statuses = await Promise.all([1, 2].map(async () => (await gateway.fetch('/')).status));
  expect(statuses).toEqual([504, 504]);
  expect((await gateway.waitForLog(({ to }) => to === 'ejected')).reason).toBe('2 failures in a row');
});

test('a wait for a free connection to a busy backend ejects it not', async () => {
  const busy = await start(({ target }) => (target === '/hang' ? undefined : { body: 'ok' }));
  await using gateway = await startTestGateway({
    plugins: [
      healthCheck({ passive: { consecutiveFailures: 1, maxEjectedShare: 1 } }),
      timeouts({ connectMs: 20 }),
    ],
    upstreams: { app: { backends: [busy.url], maxConnections: 1 } },
  });
  const client = await gateway.connect();
  client.send('GET /hang HTTP/1.1\r\nHost: a\r\n\r\n');
  await busy.waitForRequest();
  expect((await gateway.fetch('/')).json()).toMatchObject({ status: 504, code: 'connect_timeout' });
  expect(gateway.logLines.some(({ to }) => to === 'ejected')).toBe(false);
});

test('a reload keeps how a backend stands, and the new probes go on with it', async () => {
  const state = { status: 500 };
  const [a, b] = [await serve('a', { status: 200 }), await serve('b', state)];
  const active = { path: '/healthz', ...probing };
  const { gateway, changed } = await startWith({ active }, { a: a.url, b: b.url });
  await changed('b: backend is down');
  await gateway.reload({
    plugins: [healthCheck({ active }), loadBalance({ policy: 'round-robin' })],
    upstreams: {
      app: {
        backends: [
          { name: 'a', url: a.url },
          { name: 'b', url: b.url },
        ],
      },
    },
  });
  expect(await answersOf(gateway, 4)).toBe('aaaa');
  expect(gateway.logLines.filter(({ to }) => to === 'down')).toHaveLength(1);
  state.status = 200;
  await changed('b: backend is healthy');
  expect(new Set(await answersOf(gateway, 8))).toEqual(new Set('ab'));
});
