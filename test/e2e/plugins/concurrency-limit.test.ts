import { expect, test } from 'vitest';
import { definePlugin, Stage } from 'hookway';
import { startOrigin, startTestGateway } from 'hookway/testing';
import concurrencyLimit from 'hookway/plugins/concurrency-limit';

type Options = Parameters<typeof concurrencyLimit>[0];

/** Logs requests before they come to the limit. */
const witness = definePlugin({
  name: 'witness',
  setup: ({ hooks, log }) =>
    hooks.onRequest.tap({ stage: Stage.Observe }, ({ inbound }) => log.debug({ path: inbound.path }, 'came')),
});

/** A gateway whose origin answers when the test says so. */
async function startGateway(...options: Options[]) {
  let answer = (): void => {};
  const after = new Promise<void>((resolve) => (answer = resolve));
  const origin = await startOrigin({ after, body: 'ok' });
  const plugins = [witness(), ...options.map((each) => concurrencyLimit(each))];
  const gateway = await startTestGateway({ origin, plugins });
  return {
    gateway,
    origin,
    answer,
    [Symbol.asyncDispose]: async () => {
      await gateway.close();
      await origin.close();
    },
  };
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a.example\r\n\r\n`;

test('requests beyond the limit are refused with 503, and those under way are not disturbed', async () => {
  await using started = await startGateway({ maxConcurrent: 2, retryAfterSeconds: 7 });
  const { gateway, origin, answer } = started;
  const running = [gateway.fetch('/1'), gateway.fetch('/2')];
  await origin.waitForRequest(2);
  const refused = await gateway.fetch('/3');
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '7']);
  expect(refused.json()).toMatchObject({ code: 'concurrency_limited' });
  answer();
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200]);
  await gateway.waitForExchange(3);
  expect((await gateway.fetch('/4')).status).toBe(200);
});

test('a request waits for its turn', async () => {
  await using started = await startGateway({ maxConcurrent: 1, maxQueued: 2, queueTimeoutMs: 10_000 });
  const { gateway, origin, answer } = started;
  const first = gateway.fetch('/1');
  await origin.waitForRequest(1);
  const others = [gateway.fetch('/2'), gateway.fetch('/3'), gateway.fetch('/4')];
  const refused = await Promise.race(others);
  expect(refused.status).toBe(503);
  expect(origin.requests).toHaveLength(1);
  answer();
  const responses = await Promise.all([first, ...others]);
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(3);
});

test('a request that waits for too long is refused', async () => {
  await using started = await startGateway({ maxConcurrent: 1, maxQueued: 1, queueTimeoutMs: 30 });
  const { gateway, origin, answer } = started;
  const first = gateway.fetch('/1');
  await origin.waitForRequest(1);
  expect((await gateway.fetch('/2')).status).toBe(503);
  answer();
  expect((await first).status).toBe(200);
});

test('a client that goes away gives its place back, be it under way or waiting', async () => {
  await using started = await startGateway({ maxConcurrent: 1, maxQueued: 1, queueTimeoutMs: 10_000 });
  const { gateway, origin, answer } = started;
  const [first, second] = [await gateway.connect(), await gateway.connect()];
  first.send(get('/1'));
  await origin.waitForRequest(1);
  second.send(get('/2'));
  await gateway.waitForLog(({ path }) => path === '/2');
  expect((await gateway.fetch('/refused')).status).toBe(503);
  second.reset();
  await gateway.waitForExchange(2);
  const third = gateway.fetch('/3');
  await gateway.waitForLog(({ path }) => path === '/3');
  first.reset();
  await origin.waitForRequest(2);
  answer();
  expect((await third).status).toBe(200);
  expect((await gateway.fetch('/4')).status).toBe(200);
  expect(origin.requests.map(({ target }) => target)).toEqual(['/1', '/3', '/4']);
});

test('with a key each has a limit of its own', async () => {
  await using started = await startGateway({ maxConcurrent: 1, key: { header: 'X-Tenant' } });
  const { gateway, origin, answer } = started;
  const fetchAs = (tenant: string) => gateway.fetch('/', { headers: { 'x-tenant': tenant } });
  const running = [fetchAs('a'), fetchAs('b')];
  await origin.waitForRequest(2);
  expect((await fetchAs('a')).status).toBe(503);
  answer();
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200]);
});

test('several limits are all given back, also when a later one refuses', async () => {
  const every = { maxConcurrent: 10 };
  await using started = await startGateway(every, { maxConcurrent: 1, key: 'client' });
  const { gateway, origin, answer } = started;
  const running = gateway.fetch('/1');
  await origin.waitForRequest(1);
  for (let i = 0; i < 20; i++) expect((await gateway.fetch('/')).status).toBe(503);
  answer();
  expect((await running).status).toBe(200);
  await gateway.waitForExchange(21);
  expect((await gateway.fetch('/2')).status).toBe(200);
  expect(origin.requests).toHaveLength(2);
});

test('a tunnel holds its place until it ends', async () => {
  const origin = await startOrigin(({ connection }) => {
    connection.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    const socket = connection.takeOver();
    socket.pipe(socket);
  });
  await using gateway = await startTestGateway({ origin, plugins: [concurrencyLimit({ maxConcurrent: 1 })] });
  const client = await gateway.connect();
  client.send('GET / HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello');
  await client.waitForText('hello');
  expect((await gateway.fetch('/')).status).toBe(503);
  client.reset();
  await gateway.waitForExchange(2);
  const next = await gateway.connect();
  next.send('GET / HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nagain');
  await next.waitForText('again');
  await gateway.close();
  await origin.close();
});

test('a client that goes away before it comes to the limit takes no place', async () => {
  let finish = (): void => {};
  const slow = definePlugin({
    name: 'slow',
    setup: ({ hooks, log }) =>
      hooks.onRequest.tapPromise({ stage: Stage.Observe }, async ({ inbound }) => {
        if (inbound.path !== '/slow') return;
        log.debug('waits');
        await new Promise<void>((resolve) => (finish = resolve));
        log.debug('waited');
      }),
  });
  await using gateway = await startTestGateway({
    plugins: [slow(), concurrencyLimit({ maxConcurrent: 1, maxQueued: 1, queueTimeoutMs: 30 })],
  });
  const client = await gateway.connect();
  client.send(get('/slow'));
  await gateway.waitForLog(({ msg }) => msg === 'waits');
  client.reset();
  await gateway.waitForExchange(1);
  finish();
  await gateway.waitForLog(({ msg }) => msg === 'waited');
  expect((await gateway.fetch('/')).status).toBe(200);
  expect((await gateway.fetch('/')).status).toBe(200);
});

test('requests of before a reload hold their places', async () => {
  await using started = await startGateway({ maxConcurrent: 1 });
  const { gateway, origin, answer } = started;
  const first = gateway.fetch('/1');
  await origin.waitForRequest(1);
  await gateway.reload({ plugins: [concurrencyLimit({ maxConcurrent: 1 })] });
  expect((await gateway.fetch('/2')).status).toBe(503);
  answer();
  expect((await first).status).toBe(200);
  await gateway.waitForExchange(2);
  expect((await gateway.fetch('/3')).status).toBe(200);
});
