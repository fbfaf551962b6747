import { expect, onTestFinished, test } from 'vitest';
import { definePlugin, only, retry } from 'hookway';
import { type Origin, startOrigin, startTestGateway, type TestGateway, unusedPort } from 'hookway/testing';
import fallback from 'hookway/plugins/fallback';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import loadBalance from 'hookway/plugins/load-balance';
import { Gate } from '../gate.ts';

/** Backends that answer with their names. */
async function startOrigins<const Names extends readonly string[]>(
  ...names: Names
): Promise<{ [Index in keyof Names]: Origin }> {
  const origins = await Promise.all(names.map((name) => startOrigin({ body: name })));
  onTestFinished(async () => void (await Promise.all(origins.map((origin) => origin.close()))));
  return origins as { [Index in keyof Names]: Origin };
}

/** Backends whose names, and so the hashes of these, are the same each time. */
async function startNamed(...names: string[]): Promise<{ url: string; name: string }[]> {
  return (await startOrigins(...names)).map(({ url }, index) => ({ url, name: names[index]! }));
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

test('with round-robin backends take turns', async () => {
  const origins = await startOrigins('a', 'b', 'c');
  const backends = origins.map(({ url }) => url);
  await using gateway = await startTestGateway({
    plugins: [loadBalance({ policy: 'round-robin' })],
    upstreams: { app: { backends } },
  });
  expect(await answersOf(gateway, 7)).toBe('abcabca');
});

test('with round-robin a backend gets its weight, spread evenly', async () => {
  const [a, b, c] = await startOrigins('a', 'b', 'c');
  const backends = [{ url: a.url, weight: 5 }, b.url, c.url];
  const plugins = [loadBalance({ policy: 'round-robin' })];
  await using gateway = await startTestGateway({ plugins, upstreams: { app: { backends } } });
  expect(await answersOf(gateway, 14)).toBe('aabacaaaabacaa');
});

test('each upstream has a rotation of its own', async () => {
  const [a, b, c, d] = await startOrigins('a', 'b', 'c', 'd');
  await using gateway = await startTestGateway({
    plugins: [loadBalance({ policy: 'round-robin' })],
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
  const plugins = order(loadBalance({ policy: 'round-robin' }));
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

const policies = [
  'round-robin',
  'random',
  'least-requests',
  'power-of-two',
  'peak-ewma',
  'ring-hash',
  'maglev',
] as const;

const isKeyed = (policy: (typeof policies)[number]): boolean => policy === 'ring-hash' || policy === 'maglev';
const byPath = (policy: (typeof policies)[number]): Parameters<typeof loadBalance>[0] =>
  isKeyed(policy) ? { policy, hash: { by: 'path' } } : { policy };

test.each(policies)('with %s a retry goes to a backend that was not tried', async (policy) => {
  const [alive] = await startOrigins('alive');
  const backends = [`http://127.0.0.1:${await unusedPort()}`, alive.url];
  const plugins = [retrying(), loadBalance({ policy })];
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

/** Sends a request that stays at its backend until `release` is called. */
async function startBusy(policy: (typeof policies)[number]) {
  const gate = new Gate();
  const script = (name: string) => (request: { target: string }) =>
    request.target === '/slow' ? { body: name, after: gate.opened } : { body: name };
  const origins = await Promise.all(['a', 'b'].map((name) => startOrigin(script(name))));
  onTestFinished(async () => void (await Promise.all(origins.map((origin) => origin.close()))));
  const backends = origins.map(({ url }) => url);
  const gateway = await startTestGateway({
    plugins: [loadBalance({ policy })],
    upstreams: { app: { backends } },
  });
  const slow = gateway.fetch('/slow');
  await Promise.race(origins.map((origin) => origin.waitForRequest()));
  return { gateway, slow, release: () => gate.open() };
}

test.each(['power-of-two', 'least-requests'] as const)(
  'with %s requests go past a backend that is busy',
  async (policy) => {
    const { gateway, slow, release } = await startBusy(policy);
    await using _ = gateway;
    const others = new Set(await answersOf(gateway, 10));
    release();
    expect(others).toEqual(new Set((await slow).body === 'a' ? 'b' : 'a'));
  },
);

test('with peak-ewma a backend that is not there gets no more requests', async () => {
  const [alive] = await startOrigins('alive');
  const backends = [`http://127.0.0.1:${await unusedPort()}`, alive.url];
  const plugins = [retrying(), loadBalance({ policy: 'peak-ewma' })];
  await using gateway = await startTestGateway({ plugins, upstreams: { app: { backends } } });
  expect(await answersOf(gateway, 20)).toBe('alive'.repeat(20));
  const { exchanges } = gateway;
  expect(exchanges.filter(({ attempts }) => attempts.length > 1)).toHaveLength(1);
  expect(exchanges.at(-1)!.attempts).toHaveLength(1);
});

test.each(['ring-hash', 'maglev'] as const)('with %s the same key goes the same way', async (policy) => {
  const backends = await startNamed('a', 'b', 'c');
  const plugins = [loadBalance({ policy, hash: { by: { header: 'x-user' } } })];
  await using gateway = await startTestGateway({ plugins, upstreams: { app: { backends } } });
  const seen = new Set<string>();
  for (let user = 0; user < 12; user++) {
    const headers = { 'x-user': `user ${user}` };
    const [first, again] = [await gateway.fetch('/', { headers }), await gateway.fetch('/', { headers })];
    expect(again.body).toBe(first.body);
    seen.add(first.body);
  }
  expect(seen).toEqual(new Set('abc'));
});

type Hash = NonNullable<NonNullable<Parameters<typeof loadBalance>[0]>['hash']>;

test.each<[string, Hash['by'], (key: string) => [path: string, headers: Record<string, string>]]>([
  ['path', 'path', (key) => [`/${key}?${Math.random()}`, {}]],
  ['cookie', { cookie: 'user' }, (key) => ['/', { cookie: `other=1; user=${key}` }]],
  ['client address', 'client-address', (key) => ['/', { 'x-forwarded-for': `203.0.113.${key}` }]],
  ['function', ({ inbound }) => inbound.query, (key) => [`/${Math.random()}?${key}`, {}]],
])('the key can come from: %s', async (_what, by, request) => {
  const backends = await startNamed('a', 'b', 'c');
  const plugins = [
    forwardedHeaders({ trust: ['loopback'] }),
    loadBalance({ policy: 'maglev', hash: { by } }),
  ];
  await using gateway = await startTestGateway({ plugins, upstreams: { app: { backends } } });
  const placesOf = async (key: number): Promise<string> => {
    const [path, headers] = request(String(key));
    return (await gateway.fetch(path, { headers })).body;
  };
  const first: string[] = [];
  for (let key = 0; key < 20; key++) first.push(await placesOf(key));
  expect(new Set(first)).toEqual(new Set('abc'));
  for (let key = 0; key < 20; key++) expect(await placesOf(key)).toBe(first[key]);
});

test('requests without a key are spread', async () => {
  const backends = await startNamed('a', 'b');
  const plugins = [loadBalance({ policy: 'ring-hash', hash: { by: { cookie: 'user' } } })];
  await using gateway = await startTestGateway({ plugins, upstreams: { app: { backends } } });
  expect(new Set(await answersOf(gateway, 40))).toEqual(new Set('ab'));
});

test('a backend that ramps up is asked as well', async () => {
  const backends = await startNamed('a', 'b', 'c');
  const plugins = [narrow(), loadBalance({ policy: 'round-robin', slowStartMs: 60_000 })];
  await using gateway = await startTestGateway({ plugins, upstreams: { app: { backends } } });
  expect(
    Array.from(await answersOf(gateway, 6))
      .sort()
      .join(''),
  ).toBe('aabbcc');
});

test('with peak-ewma a backend is known as soon as it answers, however long the answer is', async () => {
  await using endless = await startOrigin({ body: 'begun', contentLength: 1_000 });
  await using silent = await startOrigin({ after: new Gate().opened });
  await using gateway = await startTestGateway({
    plugins: [loadBalance({ policy: 'peak-ewma' })],
    upstreams: { app: { backends: [endless.url, silent.url] } },
  });
  const ask = async (): Promise<{ begun: Promise<string>; close: () => void }> => {
    const client = await gateway.connect();
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    return { begun: client.waitForText('begun'), close: () => client.close() };
  };
  const clients = [await ask(), await ask()];
  await Promise.all([endless.waitForRequest(), silent.waitForRequest()]);
  await Promise.race(clients.map(({ begun }) => begun));
  for (let i = 0; i < 8; i++) {
    const client = await ask();
    clients.push(client);
    await client.begun;
  }
  expect([endless.requests.length, silent.requests.length]).toEqual([9, 1]);
  for (const { begun, close } of clients) {
    begun.catch(() => {});
    close();
  }
});

test('with peak-ewma attempts count for their backend, also when the exchange went to another upstream', async () => {
  const [a, b] = await startOrigins('a', 'b');
  const gone = `http://127.0.0.1:${await unusedPort()}`;
  const plugins = [
    fallback({ upstream: 'spare' }),
    only({ routes: ['all'] }, loadBalance({ policy: 'peak-ewma' })),
  ];
  await using gateway = await startTestGateway({
    plugins,
    upstreams: { app: { backends: [gone, a.url] }, spare: { backends: [b.url] } },
    routes: [{ name: 'all', upstream: 'app' }],
  });
  const answers = new Set(await answersOf(gateway, 20));
  const failed = gateway.exchanges.filter(({ attempts }) => attempts.length > 1);
  expect(failed).toHaveLength(1);
  expect(answers).toEqual(new Set('ab'));
});

test.each(policies)(
  'with %s a backend that drains gets nothing, and its share when it is back',
  async (policy) => {
    const backends = await startNamed('a', 'b', 'c');
    const plugins = [loadBalance(byPath(policy))];
    await using gateway = await startTestGateway({ plugins, upstreams: { app: { backends } } });
    const { control } = gateway.gateway;
    const placesOf = async (): Promise<string[]> => {
      const places: string[] = [];
      for (let i = 0; i < 30; i++) places.push((await gateway.fetch(`/${i}`)).body);
      return places;
    };
    const before = await placesOf();
    await control.overrideBackend('app', 'b', { isDraining: true });
    const meanwhile = await placesOf();
    expect(meanwhile).not.toContain('b');
    await control.overrideBackend('app', 'b', { isDraining: false });
    const after = await placesOf();
    expect(after).toContain('b');
    if (!isKeyed(policy)) return;
    expect(after).toEqual(before);
    expect(meanwhile.filter((place, index) => before[index] !== 'b' && place !== before[index])).toEqual([]);
  },
);
