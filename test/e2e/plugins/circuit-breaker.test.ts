import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { definePlugin, type PluginEntry, retry as retryNow, Stage } from 'hookway';
import {
  type Origin,
  type OriginScript,
  startOrigin,
  startTestGateway,
  type TestGateway,
  unusedPort,
} from 'hookway/testing';
import circuitBreaker from 'hookway/plugins/circuit-breaker';
import loadBalance from 'hookway/plugins/load-balance';
import retry from 'hookway/plugins/retry';
import timeouts from 'hookway/plugins/timeouts';

type Options = NonNullable<Parameters<typeof circuitBreaker>[0]>;

const quick: Options = { minimumRequests: 3, openMs: 100, probes: 1 };

async function start(script: OriginScript): Promise<Origin> {
  const origin = await startOrigin(script);
  onTestFinished(() => origin.close());
  return origin;
}

async function startWith(
  options: Options,
  backends: string[],
  ...more: ReturnType<typeof retry>[]
): Promise<TestGateway> {
  const gateway = await startTestGateway({
    plugins: [circuitBreaker(options), more, loadBalance({ policy: 'round-robin' })],
    upstreams: { app: { backends, maxConnections: 2 } },
  });
  onTestFinished(() => gateway.close());
  return gateway;
}

async function statusesOf(gateway: TestGateway, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) statuses.push((await gateway.fetch('/')).status);
  return statuses;
}

test('an upstream that fails is asked no more, and the client is told when to come back', async () => {
  const origin = await start({ status: 500 });
  const gateway = await startWith({ ...quick, openMs: 60_000 }, [origin.url]);
  expect(await statusesOf(gateway, 3)).toEqual([500, 500, 500]);
  const refused = await gateway.fetch('/');
  expect(refused.json()).toMatchObject({ status: 503, code: 'circuit_open' });
  expect(refused.headers['retry-after']).toBe('60');
  expect(origin.requests).toHaveLength(3);
  const { outcome } = await gateway.waitForExchange(4);
  expect(outcome).toMatchObject({ plugin: 'circuit-breaker', hook: 'onRequest', code: 'circuit_open' });
});

test('after its time a probe that succeeds closes it, and each change is logged once', async () => {
  const origin = await start([{ status: 503 }, { status: 503 }, { status: 503 }, { body: 'ok' }]);
  const gateway = await startWith(quick, [origin.url]);
  await statusesOf(gateway, 3);
  while ((await gateway.fetch('/')).status === 503) await new Promise((resolve) => setImmediate(resolve));
  expect(await statusesOf(gateway, 2)).toEqual([200, 200]);
  const said = gateway.logLines.filter(({ plugin }) => plugin === 'circuit-breaker');
  expect(said.map(({ level, msg, upstream }) => [level, msg, upstream])).toEqual([
    ['warn', 'circuit is open', 'app'],
    ['info', 'circuit is half-open', 'app'],
    ['info', 'circuit is closed', 'app'],
  ]);
});

test('a probe that is abandoned gives its place to the next request', async () => {
  const answers: OriginScript = ({ target }) => {
    if (target === '/hang') return;
    return { status: target === '/bad' ? 500 : 200 };
  };
  const origin = await start(answers);
  const gateway = await startWith({ ...quick, openMs: 1 }, [origin.url]);
  for (let i = 0; i < 3; i++) await gateway.fetch('/bad');
  await gateway.waitForLog(({ msg }) => msg === 'circuit is open');
  await delay(5);
  const client = await gateway.connect();
  client.send('GET /hang HTTP/1.1\r\nHost: a\r\n\r\n');
  await origin.waitForRequest(4);
  expect((await gateway.fetch('/')).json()).toMatchObject({ code: 'circuit_open' });
  client.reset();
  await gateway.waitForExchange(5);
  expect((await gateway.fetch('/')).status).toBe(200);
});

test('with a circuit for each backend, only the one that fails is left out', async () => {
  const good = await start({ body: 'good' });
  const options: Options = { ...quick, per: 'backend', openMs: 60_000 };
  const gateway = await startWith(options, [`http://127.0.0.1:${await unusedPort()}`, good.url]);
  const statuses = await statusesOf(gateway, 12);
  expect(statuses.filter((status) => status === 502)).toHaveLength(3);
  expect(statuses.slice(-4)).toEqual([200, 200, 200, 200]);
});

test('when the circuits of all backends are open, the client is told when to come back', async () => {
  const origins = [await start({ status: 500 }), await start({ status: 500 })];
  const options: Options = { ...quick, per: 'backend', openMs: 60_000 };
  const gateway = await startWith(
    options,
    origins.map(({ url }) => url),
  );
  const statuses = await statusesOf(gateway, 20);
  expect(statuses.filter((status) => status === 500)).toHaveLength(6);
  expect((await gateway.fetch('/')).json()).toMatchObject({ status: 503, code: 'circuit_open' });
});

test('more requests than may be on their way are refused, and let in again when there is room', async () => {
  let answer = (): void => {};
  const after = new Promise<void>((resolve) => (answer = resolve));
  const origin = await start({ after, body: 'ok' });
  const gateway = await startWith({ limits: { maxActive: 1 } }, [origin.url]);
  const first = gateway.fetch('/');
  await origin.waitForRequest();
  const refused = await gateway.fetch('/');
  expect(refused.json()).toMatchObject({ status: 503, code: 'upstream_overloaded' });
  expect(refused.headers['retry-after']).toBe('1');
  answer();
  expect((await first).status).toBe(200);
  expect((await gateway.fetch('/')).status).toBe(200);
});

test('more requests than may wait for a connection are refused', async () => {
  const origin = await start(() => {});
  const gateway = await startWith({ limits: { maxPending: 1 } }, [origin.url]);
  for (const number of [1, 2]) {
    const client = await gateway.connect();
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await origin.waitForRequest(number);
  }
  const cut = { status: 0 }; // the one that waits is cut off at the end
  const both = [gateway.fetch('/').catch(() => cut), gateway.fetch('/').catch(() => cut)];
  expect(await Promise.race(both)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
});

test('while the circuit is open nothing is tried again', async () => {
  const origin = await start({ status: 503 });
  const gateway = await startWith(
    { ...quick, minimumRequests: 2, openMs: 60_000 },
    [origin.url],
    retry({ attempts: 5, backoffMs: 1 }),
  );
  expect((await gateway.fetch('/')).status).toBe(503);
  expect(origin.requests).toHaveLength(2);
});

test('no retry is made beyond their limit', async () => {
  const origin = await start({ status: 503 });
  const gateway = await startWith({ limits: { maxRetries: 0 } }, [origin.url], retry());
  expect((await gateway.fetch('/')).status).toBe(503);
  expect(origin.requests).toHaveLength(1);
});

test('a tunnel that opens is a probe that succeeded, long before its end', async () => {
  const origin = await start(({ target, connection }) => {
    if (target !== '/tunnel') return { status: target === '/bad' ? 500 : 200 };
    connection.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    connection.takeOver();
    return undefined;
  });
  const gateway = await startWith({ ...quick, openMs: 1 }, [origin.url]);
  for (let i = 0; i < 3; i++) await gateway.fetch('/bad');
  await delay(5);
  const client = await gateway.connect();
  client.send('GET /tunnel HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  await client.waitForText('101 Switching');
  await gateway.waitForLog(({ msg }) => msg === 'circuit is closed');
});

const byPath: OriginScript = ({ target }) => {
  if (target.startsWith('/hang')) return undefined;
  return { status: target === '/bad' ? 500 : 200, body: 'app' };
};

/** A gateway with an upstream `app`, to which all requests go, and another one, `spare`. */
async function startWithSpare(app: string, spare: string, ...plugins: PluginEntry[]): Promise<TestGateway> {
  const gateway = await startTestGateway({
    plugins,
    upstreams: { app: { backends: [app] }, spare: { backends: [spare] } },
    routes: [{ upstream: 'app' }],
  });
  onTestFinished(() => gateway.close());
  return gateway;
}

/** Has the circuit of `app` opened, and waits until it lets probes through. */
async function openFor(gateway: TestGateway, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await gateway.fetch('/bad');
  await gateway.waitForLog(({ msg }) => msg === 'circuit is open');
  await delay(5);
}

test('an abandoned probe gives one place back, however often the plugin is listed', async () => {
  const [app, spare] = [await start(byPath), await start({ body: 'spare' })];
  const breakers = ['app', 'spare'].map((name) =>
    circuitBreaker({ ...quick, openMs: 500, upstreams: [name] }),
  );
  const gateway = await startWithSpare(app.url, spare.url, ...breakers);
  await openFor(gateway, 3);
  await delay(500);
  for (const number of [1, 2]) {
    const client = await gateway.connect();
    client.send('GET /hang HTTP/1.1\r\nHost: a\r\n\r\n');
    await app.waitForRequest(3 + number);
    if (number === 2) break;
    client.reset();
    await gateway.waitForExchange(4);
  }
  expect((await gateway.fetch('/')).json()).toMatchObject({ code: 'circuit_open' });
});

test('a request that another plugin held up does not pass a circuit that has opened meanwhile', async () => {
  let goOn = (): void => {};
  let hold = (): void => {};
  const isHeld = new Promise<void>((resolve) => (hold = resolve));
  const slow = definePlugin({
    name: 'slow',
    setup: ({ hooks }) =>
      hooks.onRequest.tapPromise({ stage: Stage.Finish }, ({ inbound }) => {
        if (inbound.path !== '/slow') return undefined;
        hold();
        return new Promise((resolve) => (goOn = resolve));
      }),
  });
  const origin = await start(byPath);
  const gateway = await startWith({ ...quick, openMs: 60_000 }, [origin.url], slow());
  const held = gateway.fetch('/slow');
  await isHeld;
  for (let i = 0; i < 3; i++) await gateway.fetch('/bad');
  goOn();
  expect(await held).toMatchObject({ status: 503 });
  expect(origin.requests).toHaveLength(3);
});

test('an upstream that a plugin sends requests to while they are on their way has a circuit, too', async () => {
  const [app, spare] = [await start({ status: 502 }), await start({ status: 500 })];
  const moving = definePlugin({
    name: 'moving',
    setup: ({ hooks, upstreams }) =>
      hooks.onBackendResponse.tap((exchange, { status }) => {
        if (status !== 502) return undefined;
        exchange.upstream = upstreams.get('spare');
        return retryNow();
      }),
  });
  const breaking = circuitBreaker({ ...quick, openMs: 60_000, upstreams: ['spare'] });
  const gateway = await startWithSpare(app.url, spare.url, breaking, moving());
  expect(await statusesOf(gateway, 4)).toEqual([500, 500, 500, 503]);
  expect(spare.requests).toHaveLength(3);
});

test('a probe that finds no free connection gives its place back, and takes it again at another backend', async () => {
  const steer = definePlugin({
    name: 'steer',
    setup: ({ hooks }) =>
      hooks.selectBackend.tap({ stage: Stage.Finish }, (candidates, { inbound, attempts }) => {
        const isFirst = inbound.path !== '/bad' && attempts.length === 0;
        return candidates.filter(({ name }) => name === (isFirst ? 'busy' : 'other'));
      }),
  });
  const [busy, other] = [await start(byPath), await start(byPath)];
  const backends = [
    { name: 'busy', url: busy.url },
    { name: 'other', url: other.url },
  ];
  const gateway = await startTestGateway({
    plugins: [circuitBreaker({ ...quick, openMs: 1 }), timeouts({ connectMs: 20 }), retry(), steer()],
    upstreams: { app: { backends, maxConnections: 1 } },
  });
  onTestFinished(() => gateway.close());
  const client = await gateway.connect();
  client.send('GET /hang HTTP/1.1\r\nHost: a\r\n\r\n');
  await busy.waitForRequest();
  await openFor(gateway, 3);
  expect(await gateway.fetch('/')).toMatchObject({ status: 200 });
  await gateway.waitForLog(({ msg }) => msg === 'circuit is closed');
});

test('a response that is missing when the time of the exchange is over is a failure', async () => {
  const origin = await start(byPath);
  const gateway = await startWith(
    { ...quick, minimumRequests: 2, openMs: 60_000 },
    [origin.url],
    timeouts({ totalMs: 50 }),
  );
  const answers = await Promise.all([1, 2].map(() => gateway.fetch('/hang')));
  expect(answers.map(({ status }) => status)).toEqual([504, 504]);
  expect((await gateway.fetch('/')).json()).toMatchObject({ code: 'circuit_open' });
});
