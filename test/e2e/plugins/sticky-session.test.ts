import { expect, onTestFinished, test } from 'vitest';
import { definePlugin, type PluginEntry, retry, Stage } from 'hookway';
import {
  type OriginAnswer,
  type OriginRequest,
  startOrigin,
  startTestGateway,
  type TestGateway,
  unusedPort,
} from 'hookway/testing';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import loadBalance from 'hookway/plugins/load-balance';
import retryPlugin from 'hookway/plugins/retry';
import stickySession, { StickyBackend } from 'hookway/plugins/sticky-session';

type Options = Omit<Parameters<typeof stickySession>[0], 'secret'>;

const secret = 'a secret for tests only';
const names = ['a', 'b', 'c'];

/** Keeps the backends whose names `x-keep` has; all without that field. */
const keep = definePlugin({
  name: 'keep',
  setup: ({ hooks }) => {
    hooks.selectBackend.tap({ stage: Stage.Guard }, (candidates, { inbound }) => {
      const kept = inbound.fields.get('x-keep');
      return kept === undefined ? undefined : candidates.filter(({ name }) => kept.includes(name));
    });
  },
});

/** Answers with its name, but with 503 to the first request that has `x-fail`. */
function failingOnce(name: string): (request: OriginRequest) => OriginAnswer {
  let mayFail = true;
  return (request) => {
    if (!mayFail || request.header('x-fail') === undefined) return { body: name };
    mayFail = false;
    return { status: 503 };
  };
}

async function startSticky(options: Options = {}, more: readonly PluginEntry[] = []): Promise<TestGateway> {
  const origins = await Promise.all(names.map((name) => startOrigin(failingOnce(name))));
  onTestFinished(async () => void (await Promise.all(origins.map((origin) => origin.close()))));
  const backends = origins.map(({ url }, index) => ({ url, name: names[index]! }));
  const balancer = loadBalance({ policy: 'round-robin' });
  const plugins = [...more, keep(), stickySession({ secret, ...options }), balancer];
  return await startTestGateway({ plugins, upstreams: { app: { backends } } });
}

interface Answer {
  readonly status: number;
  readonly body: string;
  /** Set-Cookie of the response. */
  readonly set: string | undefined;
  /** What a client sends back of it. */
  readonly cookie: string;
}

async function ask(gateway: TestGateway, headers: Record<string, string> = {}): Promise<Answer> {
  const { status, body, headers: fields } = await gateway.fetch('/', { headers });
  const set = [fields['set-cookie']].flat()[0];
  return { status, body, set, cookie: set?.split(';')[0] ?? '' };
}

test('a client stays at the backend that answered first, others are spread', async () => {
  await using gateway = await startSticky();
  const first = await ask(gateway);
  expect(first.set).toMatch(/^hw_backend=[\w-]{11}\.0\.[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax$/);
  for (let i = 0; i < 4; i++) {
    const next = await ask(gateway, { cookie: `other=1; ${first.cookie}` });
    expect(next).toMatchObject({ body: first.body, set: undefined });
  }
  const others = [await ask(gateway), await ask(gateway), await ask(gateway)];
  expect(new Set(others.map(({ body }) => body))).toEqual(new Set(names));
  const { backend } = gateway.exchanges[1]!;
  expect(gateway.exchanges[1]!.get(StickyBackend)).toBe(backend);
  expect(gateway.exchanges[0]!.get(StickyBackend)).toBeUndefined();
});

test('a forged cookie is ignored and replaced', async () => {
  await using gateway = await startSticky();
  const { cookie } = await ask(gateway);
  for (const forged of ['hw_backend=a', cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))]) {
    const answers = [await ask(gateway, { cookie: forged }), await ask(gateway, { cookie: forged })];
    expect(new Set(answers.map(({ body }) => body)).size).toBe(2);
    for (const { set } of answers) expect(set).toContain('hw_backend=');
  }
});

test('a session whose backend is away goes to another one and stays there', async () => {
  await using gateway = await startSticky();
  const first = await ask(gateway, { 'x-keep': 'a' });
  expect(first.body).toBe('a');
  const moved = await ask(gateway, { 'x-keep': 'bc', cookie: first.cookie });
  expect(moved.body).not.toBe('a');
  expect(moved.cookie).not.toBe(first.cookie);
  const next = await ask(gateway, { cookie: moved.cookie });
  expect(next).toMatchObject({ body: moved.body, set: undefined });
});

test('with reject a session whose backend is away gets 503, and keeps its cookie', async () => {
  await using gateway = await startSticky({ onFailure: 'reject' });
  const { cookie } = await ask(gateway, { 'x-keep': 'a' });
  const refused = await gateway.fetch('/', { headers: { 'x-keep': 'bc', cookie } });
  expect(refused.status).toBe(503);
  expect(refused.headers).not.toHaveProperty('set-cookie');
  expect(refused.json()).toMatchObject({
    code: 'no_backend',
    detail: 'The backend of this session is not available.',
  });
  const { outcome } = await gateway.waitForExchange(2);
  expect(outcome).toMatchObject({ code: 'no_backend', plugin: 'sticky-session', hook: 'selectBackend' });
  expect(await ask(gateway, { cookie })).toMatchObject({ status: 200, body: 'a' });
});

test.each([
  ['redistribute', 200, 2],
  ['reject', 502, 1],
] as const)('when the attempt fails, %s means %i', async (onFailure, status, tried) => {
  await using origin = await startOrigin();
  const url = `http://127.0.0.1:${await unusedPort()}`;
  const backends = [
    { url, name: 'gone' },
    { url: origin.url, name: 'alive' },
  ];
  const twice = definePlugin({
    name: 'twice',
    setup: ({ hooks }) => {
      hooks.onBackendError.tap(({ attempts }) => (attempts.length < 2 ? retry() : undefined));
      // begins a session at the first one
      hooks.selectBackend.tap((candidates, { inbound }) =>
        inbound.fields.has('x-gone') ? candidates.slice(0, 1) : undefined,
      );
    },
  });
  await using lent = await startOrigin();
  await using before = await startTestGateway({
    plugins: [stickySession({ secret }), twice()],
    upstreams: { app: { backends: [{ url: lent.url, name: 'gone' }, backends[1]!] } },
  });
  const { cookie } = await ask(before, { 'x-gone': '1' });
  await using gateway = await startTestGateway({
    plugins: [stickySession({ secret, onFailure }), twice(), loadBalance()],
    upstreams: { app: { backends } },
  });
  const answer = await ask(gateway, { cookie });
  expect(answer.status).toBe(status);
  expect(answer.set === undefined).toBe(onFailure === 'reject');
  const exchange = await gateway.waitForExchange();
  expect(exchange.attempts).toHaveLength(2);
  expect(new Set(exchange.attempts.map(({ backend }) => backend)).size).toBe(tried);
});

test('an answer that the gateway makes itself sets no cookie', async () => {
  await using gateway = await startSticky();
  expect(await ask(gateway, { 'x-keep': '' })).toMatchObject({ status: 503, set: undefined });
});

test('name and attributes of the cookie are as configured', async () => {
  await using gateway = await startSticky({
    cookie: '__Secure-place',
    path: '/app',
    domain: 'example.com',
    maxAgeSeconds: 60,
    secure: true,
    sameSite: 'none',
  });
  expect((await ask(gateway)).set).toMatch(
    /^__Secure-place=[\w-]{11}\.[0-9a-z]+\.[\w-]{22}; Path=\/app; Domain=example.com; Max-Age=60; Secure; HttpOnly; SameSite=None$/,
  );
});

test('the cookie is secure when the client uses HTTPS, as a trusted proxy says', async () => {
  await using gateway = await startSticky({}, [forwardedHeaders({ trust: ['loopback'] })]);
  expect((await ask(gateway, { 'x-forwarded-proto': 'https' })).set).toContain('; Secure');
  expect((await ask(gateway)).set).not.toContain('; Secure');
});

test('the session can travel in a header field', async () => {
  await using gateway = await startSticky({ header: 'X-Place' });
  const first = await gateway.fetch('/');
  expect(first.headers).not.toHaveProperty('set-cookie');
  const headers = { 'x-place': String(first.headers['x-place']) };
  for (let i = 0; i < 3; i++) {
    const next = await gateway.fetch('/', { headers });
    expect(next.body).toBe(first.body);
    expect(next.headers).not.toHaveProperty('x-place');
  }
});

test('cookies of the backend are left alone', async () => {
  await using gateway = await startTestGateway({
    origin: { headers: { 'Set-Cookie': 'id=1' } },
    plugins: [stickySession({ secret })],
  });
  const { headers } = await gateway.fetch('/');
  expect([headers['set-cookie']].flat()).toEqual(['id=1', expect.stringMatching(/^hw_backend=/)]);
});

test('a plugin that is listed twice keeps two sessions', async () => {
  await using gateway = await startSticky({}, [stickySession({ secret, cookie: 'other' })]);
  const { headers, body } = await gateway.fetch('/');
  const cookie = [headers['set-cookie']].flat().map((line) => String(line).split(';')[0]);
  expect(cookie).toHaveLength(2);
  const next = await gateway.fetch('/', { headers: { cookie: cookie.join('; ') } });
  expect(next.body).toBe(body);
  expect(next.headers).not.toHaveProperty('set-cookie');
});

test('with reject a second attempt goes to the same backend, wherever a plugin that retries is listed', async () => {
  await using gateway = await startSticky({ onFailure: 'reject' }, [
    retryPlugin({ statuses: [503], backoffMs: 0 }),
  ]);
  const { cookie } = await ask(gateway, { 'x-keep': 'a' });
  const answer = await ask(gateway, { cookie, 'x-fail': '1' });
  expect(answer).toMatchObject({ status: 200, body: 'a' });
  const { attempts } = await gateway.waitForExchange(2);
  expect(attempts.map(({ backend }) => backend.name)).toEqual(['a', 'a']);
});

test.each(['redistribute', 'reject'] as const)(
  'with %s a session begins anew elsewhere when an operator drains its backend',
  async (onFailure) => {
    await using gateway = await startSticky({ onFailure });
    const { cookie } = await ask(gateway, { 'x-keep': 'a' });
    await gateway.gateway.control.overrideBackend('app', 'a', { isDraining: true });
    const moved = await ask(gateway, { cookie });
    expect(moved).toMatchObject({ status: 200, set: expect.stringContaining('hw_backend=') as string });
    expect(moved.body).not.toBe('a');
    expect(await ask(gateway, { cookie: moved.cookie })).toMatchObject({ body: moved.body, set: undefined });
  },
);
