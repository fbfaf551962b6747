import { expect, test } from 'vitest';
import { only } from 'hookway';
import { startTestGateway } from 'hookway/testing';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import rateLimit, { RateLimitVerdict } from 'hookway/plugins/rate-limit';

/** Hardly anything comes back while a test runs. */
const hourMs = 3_600_000;

test('requests beyond the limit are refused with 429, and no backend is asked', async () => {
  await using gateway = await startTestGateway({ plugins: [rateLimit({ requests: 2, windowMs: hourMs })] });
  expect([(await gateway.fetch('/')).status, (await gateway.fetch('/')).status]).toEqual([200, 200]);
  const refused = await gateway.fetch('/');
  expect(refused.status).toBe(429);
  expect(refused.headers['retry-after']).toBe('1800');
  expect(refused.json()).toMatchObject({
    status: 429,
    code: 'rate_limited',
    detail: 'Too many requests: try again in 1800 s.',
  });
  expect(gateway.origin.requests).toHaveLength(2);
  const { outcome } = await gateway.waitForExchange(3);
  expect(outcome).toMatchObject({ plugin: 'rate-limit', hook: 'onRequest', code: 'rate_limited' });
});

test('clients are told policy and state, also when they are refused', async () => {
  const limit = { requests: 2, windowMs: hourMs, name: 'hourly' };
  await using gateway = await startTestGateway({ plugins: [rateLimit(limit)] });
  const told = async () => {
    const { headers } = await gateway.fetch('/');
    return [headers['ratelimit-policy'], headers['ratelimit']];
  };
  expect(await told()).toEqual(['"hourly";q=2;w=3600', '"hourly";r=1;t=1800']);
  expect(await told()).toEqual(['"hourly";q=2;w=3600', '"hourly";r=0;t=3600']);
  expect(await told()).toEqual(['"hourly";q=2;w=3600', '"hourly";r=0;t=3600']);
});

test('several plugins and limits each have their say, a backend as well', async () => {
  const day = { requests: 50, windowMs: 86_400_000, name: 'day' };
  const second = { requests: 90, windowMs: 1_000, name: 'second' };
  await using gateway = await startTestGateway({
    origin: { headers: { RateLimit: '"own";r=1', 'RateLimit-Policy': '"own";q=2' }, body: 'ok' },
    plugins: [
      rateLimit({ limits: [second, day] }),
      rateLimit({ requests: 70, windowMs: hourMs, name: 'hour', key: 'route' }),
    ],
  });
  const { headers } = await gateway.fetch('/');
  expect(headers['ratelimit-policy']).toBe(
    '"own";q=2, "hour";q=70;w=3600, "second";q=90;w=1, "day";q=50;w=86400',
  );
  expect(headers['ratelimit']).toBe('"own";r=1, "hour";r=69;t=52, "day";r=49;t=1728');
  expect((await gateway.waitForExchange()).get(RateLimitVerdict)).toMatchObject({
    limit: 'day',
    remaining: 49,
  });
});

test('the fields can be left out', async () => {
  const limit = { requests: 1, windowMs: hourMs, fields: false };
  await using gateway = await startTestGateway({ plugins: [rateLimit(limit)] });
  await gateway.fetch('/');
  const { headers, status } = await gateway.fetch('/');
  expect([status, headers['ratelimit'], headers['retry-after']]).toEqual([429, undefined, '3600']);
});

test('a client is who trusted proxies say, and an IPv6 network is one', async () => {
  await using gateway = await startTestGateway({
    plugins: [forwardedHeaders({ trust: ['loopback'] }), rateLimit({ requests: 1, windowMs: hourMs })],
  });
  const statusOf = async (address: string): Promise<number> =>
    (await gateway.fetch('/', { headers: { 'x-forwarded-for': address } })).status;
  expect(await statusOf('203.0.113.1')).toBe(200);
  expect(await statusOf('203.0.113.2')).toBe(200);
  expect(await statusOf('203.0.113.1')).toBe(429);
  expect(await statusOf('2001:db8:1:1::1')).toBe(200);
  expect(await statusOf('2001:db8:1:1:ffff::2')).toBe(429);
  expect(await statusOf('2001:db8:1:2::1')).toBe(200);
});

test('the key can be a header field, and without it the client is counted', async () => {
  const key = { header: 'X-Api-Key' };
  await using gateway = await startTestGateway({
    plugins: [rateLimit({ requests: 1, windowMs: hourMs, key })],
  });
  const statusOf = async (headers: Record<string, string>): Promise<number> =>
    (await gateway.fetch('/', { headers })).status;
  const long = 'x'.repeat(1_000);
  expect(await statusOf({ 'x-api-key': 'ada' })).toBe(200);
  expect(await statusOf({ 'x-api-key': 'ada' })).toBe(429);
  expect(await statusOf({ 'x-api-key': `${long}1` })).toBe(200);
  expect(await statusOf({ 'x-api-key': `${long}2` })).toBe(200);
  expect(await statusOf({ 'x-api-key': `${long}1` })).toBe(429);
  expect(await statusOf({ 'x-api-key': '127.0.0.1' })).toBe(200);
  expect(await statusOf({})).toBe(200);
  expect(await statusOf({ 'x-api-key': '' })).toBe(429);
});

test.each([
  [{ header: 'X-Api-Key' }, (value: string) => `X-Api-Key: ${value}\r\nx-api-key: real`],
  [{ cookie: 'session' }, (value: string) => `Cookie: session=${value}; session=real`],
  [{ cookie: 'session' }, (value: string) => `Cookie: session=${value}\r\nCookie: session=real`],
])(
  '%j that is sent twice is no key: none can be put before the one that backends believe',
  async (key, twice) => {
    await using gateway = await startTestGateway({
      plugins: [rateLimit({ requests: 1, windowMs: hourMs, key })],
    });
    const client = await gateway.connect();
    const statuses: number[] = [];
    for (const random of ['a', 'b', 'c']) {
      client.send(`GET / HTTP/1.1\r\nHost: a.example\r\n${twice(random)}\r\n\r\n`);
      statuses.push((await client.readResponse()).status);
    }
    expect(statuses).toEqual([200, 429, 429]);
  },
);

test('the key can be a cookie, a route, a function, or several together', async () => {
  const limit = { requests: 1, windowMs: hourMs };
  await using gateway = await startTestGateway({
    routes: [
      { name: 'cookie', path: '/cookie', upstream: 'origin' },
      { name: 'function', path: '/function', upstream: 'origin' },
      { name: 'both', path: '/both/*', upstream: 'origin' },
      { name: 'route', path: '/route/*', upstream: 'origin' },
    ],
    plugins: [
      only({ routes: ['cookie'] }, rateLimit({ ...limit, key: { cookie: 'session' } })),
      only({ routes: ['function'] }, rateLimit({ ...limit, key: ({ inbound }) => inbound.query })),
      only({ routes: ['both'] }, rateLimit({ ...limit, key: ['route', ({ inbound }) => inbound.path] })),
      only({ routes: ['route'] }, rateLimit({ ...limit, key: 'route' })),
    ],
  });
  const statusOf = async (path: string, cookie = ''): Promise<number> =>
    (await gateway.fetch(path, { headers: { cookie } })).status;
  expect([await statusOf('/cookie', 'session=1'), await statusOf('/cookie', 'session=2')]).toEqual([
    200, 200,
  ]);
  expect(await statusOf('/cookie', 'a=b; session=1')).toBe(429);
  expect([await statusOf('/function?a'), await statusOf('/function?b')]).toEqual([200, 200]);
  expect(await statusOf('/function?a')).toBe(429);
  expect([await statusOf('/function'), await statusOf('/function')]).toEqual([200, 200]);
  expect([await statusOf('/both/a'), await statusOf('/both/b'), await statusOf('/both/a')]).toEqual([
    200, 200, 429,
  ]);
  expect([await statusOf('/route/a'), await statusOf('/route/b')]).toEqual([200, 429]);
});

test('a dry run refuses nothing, tells clients nothing, and logs', async () => {
  const limit = { requests: 1, windowMs: hourMs, dryRun: true };
  await using gateway = await startTestGateway({ plugins: [rateLimit(limit)] });
  await gateway.fetch('/');
  const { status, headers } = await gateway.fetch('/');
  expect([status, headers['ratelimit']]).toEqual([200, undefined]);
  const line = await gateway.waitForLog(({ msg }) => msg === 'dry run: requests would be refused');
  expect(line).toMatchObject({ refused: 1, limit: 'default', plugin: 'rate-limit' });
  expect((await gateway.waitForExchange(2)).get(RateLimitVerdict)).toMatchObject({ isAdmitted: false });
});

test('a reload keeps the counts of a limit that did not change', async () => {
  const limit = { requests: 2, windowMs: hourMs };
  await using gateway = await startTestGateway({ plugins: [rateLimit(limit)] });
  const statusOf = async () => (await gateway.fetch('/')).status;
  expect([await statusOf(), await statusOf(), await statusOf()]).toEqual([200, 200, 429]);
  await gateway.reload({ plugins: [rateLimit(limit)] });
  expect(await statusOf()).toBe(429);
  await gateway.reload({ plugins: [rateLimit({ ...limit, requests: 3 })] });
  expect(await statusOf()).toBe(200);
});
