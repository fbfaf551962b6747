import { expect, onTestFinished, test } from 'vitest';
import { definePlugin, retry } from 'hookway';
import { type Origin, startOrigin, startTestGateway, type TestGateway, unusedPort } from 'hookway/testing';
import loadBalance from 'hookway/plugins/load-balance';

/** Backends that answer with their names. */
async function startOrigins<const Names extends readonly string[]>(
  ...names: Names
): Promise<{ [Index in keyof Names]: Origin }> {
  const origins = await Promise.all(names.map((name) => startOrigin({ body: name })));
  onTestFinished(async () => void (await Promise.all(origins.map((origin) => origin.close()))));
  return origins as { [Index in keyof Names]: Origin };
}

async function answersOf(gateway: TestGateway, count: number): Promise<string> {
  const answers: string[] = [];
  for (let i = 0; i < count; i++) answers.push((await gateway.fetch('/')).body);
  return answers.join('');
}

/** Keeps only the backends whose index in the configuration is given. */
const narrow = definePlugin({
  name: 'narrow',
  setup: ({ hooks }) => {
    hooks.selectBackend.tap((candidates, { inbound }) => {
      const kept = inbound.fields.get('x-keep');
      return kept === undefined ? undefined : Array.from(kept).map((index) => candidates[Number(index)]!);
    });
  },
});

const retrying = definePlugin({
  name: 'retrying',
  setup: ({ hooks }) => hooks.onBackendError.tap(() => retry()),
});

test('backends take turns', async () => {
  const origins = await startOrigins('a', 'b', 'c');
  const backends = origins.map(({ url }) => url);
  await using gateway = await startTestGateway({
    plugins: [loadBalance()],
    upstreams: { app: { backends } },
  });
  expect(await answersOf(gateway, 7)).toBe('abcabca');
});

test('a backend gets its weight, spread evenly', async () => {
  const [a, b, c] = await startOrigins('a', 'b', 'c');
  const backends = [{ url: a.url, weight: 5 }, b.url, c.url];
  const plugins = [loadBalance({ policy: 'round-robin' })];
  await using gateway = await startTestGateway({ plugins, upstreams: { app: { backends } } });
  expect(await answersOf(gateway, 14)).toBe('aabacaaaabacaa');
});

test('each upstream has a rotation of its own', async () => {
  const [a, b, c, d] = await startOrigins('a', 'b', 'c', 'd');
  await using gateway = await startTestGateway({
    plugins: [loadBalance()],
    upstreams: { one: { backends: [a.url, b.url] }, two: { backends: [c.url, d.url] } },
    routes: [{ path: '/two', upstream: 'two' }, { upstream: 'one' }],
  });
  const answers: string[] = [];
  for (const path of ['/', '/two', '/', '/two', '/two']) answers.push((await gateway.fetch(path)).body);
  expect(answers.join('')).toBe('acbdc');
});

test.each([
  ['before', (balancer: ReturnType<typeof loadBalance>) => [narrow(), balancer]],
  ['behind', (balancer: ReturnType<typeof loadBalance>) => [balancer, narrow()]],
])('it chooses among what a plugin %s it in the list left', async (_where, order) => {
  const backends = (await startOrigins('a', 'b', 'c')).map(({ url }) => url);
  const plugins = order(loadBalance());
  await using gateway = await startTestGateway({ plugins, upstreams: { app: { backends } } });
  const ask = async (keep: string): Promise<string> =>
    (await gateway.fetch('/', { headers: { 'x-keep': keep } })).body;
  expect(await ask('1')).toBe('b');
  const answers = [await ask('12'), await ask('12'), await ask('12'), await ask('12')];
  expect(answers.sort().join('')).toBe('bbcc');
});

test('nobody left is 503', async () => {
  const backends = (await startOrigins('a', 'b')).map(({ url }) => url);
  const plugins = [narrow(), loadBalance()];
  await using gateway = await startTestGateway({ plugins, upstreams: { app: { backends } } });
  expect((await gateway.fetch('/', { headers: { 'x-keep': '' } })).status).toBe(503);
});

test('a retry goes to a backend that was not tried, as long as there is one', async () => {
  const [alive] = await startOrigins('alive');
  const backends = [`http://127.0.0.1:${await unusedPort()}`, alive.url];
  const plugins = [retrying(), loadBalance()];
  await using gateway = await startTestGateway({ plugins, upstreams: { app: { backends } } });
  expect(await answersOf(gateway, 4)).toBe('alive'.repeat(4));
  for (const { attempts } of gateway.exchanges) {
    expect(new Set(attempts.map(({ backend }) => backend)).size).toBe(attempts.length);
  }
});

test('when every backend was tried, they are tried again', async () => {
  const backends = [`http://127.0.0.1:${await unusedPort()}`, `http://127.0.0.1:${await unusedPort()}`];
  const thrice = definePlugin({
    name: 'thrice',
    setup: ({ hooks }) => {
      hooks.onBackendError.tap(({ attempts }) => (attempts.length < 3 ? retry() : undefined));
    },
  });
  const plugins = [thrice(), loadBalance()];
  await using gateway = await startTestGateway({ plugins, upstreams: { app: { backends } } });
  expect((await gateway.fetch('/')).status).toBe(502);
  const { attempts } = await gateway.waitForExchange();
  expect(attempts).toHaveLength(3);
  expect(new Set(attempts.slice(0, 2).map(({ backend }) => backend)).size).toBe(2);
});
