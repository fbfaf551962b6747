import { expect, test } from 'vitest';
import { checkConfiguration } from 'hookway';
import { startTestGateway, type TestGateway, unusedPort } from 'hookway/testing';
import rateLimit from 'hookway/plugins/rate-limit';
import { MemoryStore } from '../../../plugins/rate-limit/memory-store.ts';
import { RedisStore } from '../../../plugins/rate-limit/redis-store.ts';
import { RedisServer } from './redis-server.ts';
import { Relay, startMute } from './relay.ts';

const hourMs = 3_600_000;
const yearMs = 31_536_000_000; // no test meets the end of such a window
const away = 'the store of rate limits is away';
const back = 'the store of rate limits is back';

type OnStoreError = 'open' | 'closed' | 'local';

function startGateway(
  redis: string,
  requests: number,
  onStoreError: OnStoreError = 'local',
  timeoutMs = 10_000,
) {
  const store = { redis, timeoutMs };
  return startTestGateway({ plugins: [rateLimit({ requests, windowMs: hourMs, store, onStoreError })] });
}

async function statusesOf(gateway: TestGateway, count: number): Promise<string> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) statuses.push((await gateway.fetch('/')).status);
  return statuses.join(' ');
}

async function openStore(...load: Parameters<typeof RedisStore.load>): Promise<RedisStore> {
  const store = await RedisStore.load(...load);
  await store.open();
  return store;
}

const waitFor = (gateway: TestGateway, message: string) => gateway.waitForLog(({ msg }) => msg === message);

/** Asks until Redis decides again. */
async function untilBack(gateway: TestGateway): Promise<void> {
  while (!gateway.logLines.some(({ msg }) => msg === back)) await gateway.fetch('/');
}

test('two gateways share one limit to the request', async () => {
  await using redis = await RedisServer.start();
  await using first = await startGateway(redis.url, 50);
  await using second = await startGateway(redis.url, 50);
  const responses = await Promise.all(
    Array.from({ length: 120 }, (_, i) => (i % 2 === 0 ? first : second).fetch('/')),
  );
  const admitted = responses.filter(({ status }) => status === 200);
  expect(admitted).toHaveLength(50);
  expect(responses.filter(({ status }) => status === 429)).toHaveLength(70);
  expect(first.origin.requests.length + second.origin.requests.length).toBe(50);
  const remaining = admitted.map(({ headers }) => /r=(\d+)/.exec(String(headers['ratelimit']))![1]);
  expect(new Set(remaining).size).toBe(50);
});

test('limits of another name or rate do not share', async () => {
  await using redis = await RedisServer.start();
  await using first = await startGateway(redis.url, 1);
  await using second = await startGateway(redis.url, 2);
  expect(await statusesOf(first, 2)).toBe('200 429');
  expect(await statusesOf(second, 3)).toBe('200 200 429');
});

const limits = [
  { name: 'burst', algorithm: 'gcra', requests: 40, windowMs: hourMs, burst: 15 },
  { name: 'window', algorithm: 'sliding-window', requests: 12, windowMs: yearMs, burst: 12 },
] as const;

test('Redis decides as the memory does', async () => {
  await using redis = await RedisServer.start();
  const settings = { redis: redis.url, prefix: 'test:', timeoutMs: 10_000 };
  for (const list of [limits.slice(0, 1), limits.slice(1), limits]) {
    const memory = new MemoryStore(list, 1_000);
    const shared = await openStore({ ...settings, prefix: `test:${list.length}:` }, list);
    const keys = list.map(() => 'a');
    for (let i = 0; i < 20; i++) {
      const { isAdmitted, limit, remaining } = await shared.decide(keys);
      const expected = memory.decide(keys, 0)!;
      const { isAdmitted: isExpected, limit: expectedLimit, remaining: expectedRemaining } = expected;
      expect([isAdmitted, limit, remaining]).toEqual([isExpected, expectedLimit, expectedRemaining]);
    }
    const { retryAfterMs, resetMs } = await shared.decide(keys);
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(resetMs).toBeLessThanOrEqual(2 * yearMs);
    shared.close();
  }
});

test('keys in Redis expire by themselves', async () => {
  await using redis = await RedisServer.start();
  const [, window] = limits;
  const rate = { name: 'a', algorithm: 'gcra', requests: 1, windowMs: hourMs, burst: 1 } as const;
  const both = [rate, { ...window, requests: 1, windowMs: hourMs }];
  const shared = await openStore({ redis: redis.url, prefix: 'test:', timeoutMs: 10_000 }, both);
  expect((await shared.decide(['a', 'a'])).isAdmitted).toBe(true);
  const { createClient } = await import('@redis/client');
  const client = createClient({ url: redis.url });
  await client.connect();
  const names = await client.keys('*');
  expect(names.sort()).toEqual(['test:a:1/3600000+1:a', 'test:window:1/3600000:a']);
  for (const name of names) expect(await client.pTTL(name)).toBeGreaterThan(0);
  for (const name of names) expect(await client.pTTL(name)).toBeLessThanOrEqual(2 * hourMs);
  client.destroy();
  shared.close();
});

test.each([
  ['open', '200 200 200'],
  ['closed', '503 503 503'],
  ['local', '200 200 429'],
] as const)('with onStoreError %s the answers are %s while Redis is away', async (onStoreError, statuses) => {
  await using gateway = await startGateway(`redis://127.0.0.1:${await unusedPort()}`, 2, onStoreError);
  expect(await statusesOf(gateway, 3)).toBe(statuses);
  expect(gateway.logLines.filter(({ msg }) => msg === away)).toHaveLength(1);
});

test('Redis may be killed and come back: that is logged once, and it decides again by itself', async () => {
  await using redis = await RedisServer.start();
  await using gateway = await startGateway(redis.url, 2, 'open');
  expect(await statusesOf(gateway, 3)).toBe('200 200 429');
  await redis.kill();
  expect(await statusesOf(gateway, 5)).toBe('200 200 200 200 200');
  expect((await waitFor(gateway, away))['onStoreError']).toBe('open');
  await redis.start();
  await untilBack(gateway);
  expect(await statusesOf(gateway, 3)).toMatch(/429$/);
  for (const message of [away, back]) {
    expect(gateway.logLines.filter(({ msg }) => msg === message)).toHaveLength(1);
  }
});

test('a Redis that does not answer holds up one request, not all', async () => {
  await using redis = await RedisServer.start();
  await using gateway = await startGateway(redis.url, 100, 'local', 50);
  expect(await statusesOf(gateway, 1)).toBe('200');
  redis.freeze();
  expect(await statusesOf(gateway, 20)).toBe(Array(20).fill('200').join(' '));
  const waited = gateway.exchanges.filter(({ timings }) => timings.completedAtMs - timings.startedAtMs >= 50);
  expect(waited.length).toBeLessThanOrEqual(3);
  redis.thaw();
  await untilBack(gateway);
});

test('problem details say that requests cannot be counted', async () => {
  await using gateway = await startGateway(`redis://127.0.0.1:${await unusedPort()}`, 2, 'closed');
  const { headers, ...response } = await gateway.fetch('/');
  expect(headers['retry-after']).toBe('1');
  expect(response.json()).toMatchObject({ code: 'rate_limit_unavailable' });
});

test('a Redis that accepts connections and says nothing does not hold up the start', async () => {
  await using mute = await startMute();
  await using gateway = await startGateway(mute.url, 2, 'local');
  expect(await statusesOf(gateway, 3)).toBe('200 200 429');
  expect(gateway.logLines.filter(({ msg }) => msg === away)).toHaveLength(1);
});

test('a connection that is dead without a word is given up for a new one', async () => {
  await using redis = await RedisServer.start();
  await using relay = await Relay.start(redis.port);
  await using gateway = await startGateway(relay.url, 2, 'open', 1_000);
  expect(await statusesOf(gateway, 3)).toBe('200 200 429');
  relay.swallow();
  await untilBack(gateway);
  expect(await statusesOf(gateway, 1)).toBe('429');
});

test('a Redis that has forgotten its scripts is given the script again', async () => {
  await using redis = await RedisServer.start();
  await using gateway = await startGateway(redis.url, 2);
  expect(await statusesOf(gateway, 1)).toBe('200');
  await redis.send('SCRIPT', 'FLUSH');
  expect(await statusesOf(gateway, 2)).toBe('200 429');
  expect(gateway.logLines.filter(({ msg }) => msg === away)).toHaveLength(0);
});

test('whatever a client writes into its key is only a key', async () => {
  await using redis = await RedisServer.start();
  const store = { redis: redis.url, timeoutMs: 10_000 };
  const limit = { requests: 1, windowMs: hourMs, store, key: { header: 'X-Api-Key' } };
  await using gateway = await startTestGateway({ plugins: [rateLimit(limit)] });
  for (const key of ['{a}', 'a b', '"; return 1 --', '\u00e4\u00ff', '*', '$1', '-1', 'x'.repeat(5_000)]) {
    const headers = { 'x-api-key': key };
    expect([key, (await gateway.fetch('/', { headers })).status]).toEqual([key, 200]);
    expect([key, (await gateway.fetch('/', { headers })).status]).toEqual([key, 429]);
  }
  expect(gateway.logLines.filter(({ msg }) => msg === away)).toHaveLength(0);
});

test('a Redis that asks for a password gets it from the URL, and a wrong one is told without it', async () => {
  await using redis = await RedisServer.start('open sesame');
  const urlWith = (password: string) => redis.url.replace('//', `//:${encodeURIComponent(password)}@`);
  await using right = await startGateway(urlWith('open sesame'), 1);
  expect(await statusesOf(right, 2)).toBe('200 429');
  expect(right.logLines.filter(({ msg }) => msg === away)).toHaveLength(0);
  await using wrong = await startGateway(urlWith('close sesame'), 1);
  expect(JSON.stringify(await waitFor(wrong, away))).toContain('WRONGPASS');
  expect(JSON.stringify(wrong.logLines)).not.toContain('sesame');
});

test('a reload keeps the connection, and the end of the gateway closes it', async () => {
  await using redis = await RedisServer.start();
  const limit = { requests: 2, windowMs: hourMs, store: { redis: redis.url, timeoutMs: 10_000 } };
  const clientsOf = async () => String(await redis.send('CLIENT', 'LIST')).match(/^id=\d+/gm)!;
  const gateway = await startTestGateway({ plugins: [rateLimit(limit)] });
  expect(await statusesOf(gateway, 1)).toBe('200');
  const [own] = await clientsOf();
  await gateway.reload({ plugins: [rateLimit(limit)] });
  expect(await statusesOf(gateway, 2)).toBe('200 429');
  const [same, ...others] = await clientsOf();
  expect([same, others.length]).toEqual([own, 1]);
  await gateway.close();
  await expect.poll(async () => (await clientsOf()).length).toBe(1);
});

test('a configuration that is only checked connects to nothing', async () => {
  await using mute = await startMute();
  await checkConfiguration({
    listeners: [{ port: 0 }],
    upstreams: { app: { backends: ['http://127.0.0.1:1'] } },
    routes: [{ upstream: 'app' }],
    plugins: [rateLimit({ requests: 1, windowMs: 1_000, store: { redis: mute.url } })],
  });
  expect(mute.accepted()).toBe(0);
});
