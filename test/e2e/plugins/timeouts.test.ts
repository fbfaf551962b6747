import { expect, onTestFinished, test } from 'vitest';
import { only } from 'hookway';
import { type OriginScript, startOrigin, startTestGateway } from 'hookway/testing';
import timeouts from 'hookway/plugins/timeouts';

/** A gateway whose only bounds of interest are those of the plugin. */
async function startWith(
  options: NonNullable<Parameters<typeof timeouts>[0]>,
  script: OriginScript,
  maxConnections = 10,
) {
  const origin = await startOrigin(script);
  const gateway = await startTestGateway({
    plugins: [timeouts(options)],
    upstreams: { app: { backends: [origin.url], maxConnections } },
  });
  onTestFinished(async () => {
    await gateway.close();
    await origin.close();
  });
  return { gateway, origin };
}

const silence = (): void => {};

test('a response head that does not come in time is 504, and names the phase', async () => {
  const { gateway, origin } = await startWith({ responseHeadMs: 50 }, silence);
  const answer = await gateway.fetch('/');
  expect(answer.json()).toMatchObject({ status: 504, code: 'response_head_timeout' });
  expect((await gateway.waitForExchange()).outcome).toMatchObject({ endedBy: 'backend', phase: 'request' });
  await origin.waitForNoConnections();
});

test('a total that is over while the backend is silent is 504, and names the phase', async () => {
  const { gateway, origin } = await startWith({ totalMs: 50 }, silence);
  const answer = await gateway.fetch('/');
  expect(answer.json()).toMatchObject({
    status: 504,
    code: 'exchange_timeout',
    detail: 'The exchange took too long, in phase request.',
  });
  await origin.waitForNoConnections();
});

test('a connection that does not become free in time is 504, and leaves the queue', async () => {
  const { gateway, origin } = await startWith({ connectMs: 50 }, silence, 1);
  const first = await gateway.connect();
  first.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await origin.waitForRequest();
  expect((await gateway.fetch('/')).json()).toMatchObject({ status: 504, code: 'connect_timeout' });
  const { outcome, backend } = await gateway.waitForExchange();
  expect(outcome).toMatchObject({ phase: 'connect', endedBy: 'gateway' });
  expect(backend?.pool.queueLength).toBe(0);
  expect(backend?.activeAttempts).toBe(1);
});

test.each([
  ['a pause in the response', { idleMs: 50 }, 'response_idle_timeout'],
  ['a total that is over in the middle of the response', { totalMs: 100 }, 'exchange_timeout'],
])('%s cuts the response off, never ends it as complete', async (_what, options, code) => {
  const { gateway, origin } = await startWith(options, { body: 'x'.repeat(1_000), cutAt: 500 });
  await expect(gateway.fetch('/')).rejects.toThrow();
  expect((await gateway.waitForExchange()).outcome).toMatchObject({ code, phase: 'relay' });
  await origin.waitForNoConnections();
});

test('what is in time is not touched', async () => {
  const bounds = { connectMs: 60_000, responseHeadMs: 60_000, idleMs: 60_000, totalMs: 60_000 };
  const { gateway } = await startWith(bounds, { body: 'ok' });
  expect(await gateway.fetch('/', { body: 'hello' })).toMatchObject({ status: 200, body: 'ok' });
});

test('each route has the bounds that stand for it, later ones above earlier ones', async () => {
  await using gateway = await startTestGateway({
    plugins: [
      timeouts({ totalMs: 60_000, idleMs: 1_000 }),
      only({ routes: ['fast'] }, timeouts({ totalMs: 50_000 })),
    ],
    routes: [
      { name: 'fast', path: '/fast', upstream: 'origin' },
      { name: 'slow', upstream: 'origin' },
    ],
  });
  await gateway.fetch('/fast');
  await gateway.fetch('/slow');
  expect(gateway.exchanges.map(({ timeouts: { totalMs, idleMs } }) => [totalMs, idleMs])).toEqual([
    [50_000, 1_000],
    [60_000, 1_000],
  ]);
});

test('a tunnel outlives the total once it is open', async () => {
  const { gateway } = await startWith({ totalMs: 100 }, ({ target, connection }) => {
    if (target !== '/tunnel') return;
    connection.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    const socket = connection.takeOver();
    socket.pipe(socket);
  });
  const client = await gateway.connect();
  client.send('GET /tunnel HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  await client.waitForText('101 Switching');
  expect((await gateway.fetch('/silent')).status).toBe(504); // begun later, given up after the same total
  client.send('still here');
  await client.waitForText('still here');
});
