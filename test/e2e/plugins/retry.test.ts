import { expect, onTestFinished, test } from 'vitest';
import { definePlugin } from 'hookway';
import { type Origin, type OriginScript, startOrigin, startTestGateway, unusedPort } from 'hookway/testing';
import fallback from 'hookway/plugins/fallback';
import retry from 'hookway/plugins/retry';
import timeouts from 'hookway/plugins/timeouts';
import { Gate } from '../gate.ts';

const reset = { cutAt: 0, ending: 'reset' } as const;

async function start(script: OriginScript): Promise<Origin> {
  const origin = await startOrigin(script);
  onTestFinished(() => origin.close());
  return origin;
}

async function startWith(
  options: Parameters<typeof retry>[0],
  backends: string[],
  ...more: ReturnType<typeof retry>[]
) {
  const gateway = await startTestGateway({
    plugins: [more, retry(options)],
    upstreams: { app: { backends } },
  });
  onTestFinished(() => gateway.close());
  return gateway;
}

test('a request whose connection was refused goes to another backend at once, whatever its method', async () => {
  const good = await start({ body: 'good' });
  const gateway = await startWith({ backoffMs: 30_000, maxBackoffMs: 30_000 }, [
    `http://127.0.0.1:${await unusedPort()}`,
    good.url,
  ]);
  expect(await gateway.fetch('/', { body: 'hello' })).toMatchObject({ status: 200, body: 'good' });
  expect((await (await good.waitForRequest()).completed()).text).toBe('hello');
});

test('a lost connection is tried again for GET, not for POST', async () => {
  const bad = await start(reset);
  const good = await start({ body: 'good' });
  const gateway = await startWith({}, [bad.url, good.url]);
  expect(await gateway.fetch('/')).toMatchObject({ status: 200, body: 'good' });
  expect(await gateway.fetch('/', { body: 'order' })).toMatchObject({ status: 502 });
  expect(good.requests).toHaveLength(1);
});

test.each([
  ['GET', 503, 'good'],
  ['DELETE', 502, 'good'],
  ['GET', 500, 'bad'],
  ['GET', 404, 'bad'],
  ['POST', 503, 'bad'],
])('%s answered with %i gives the answer "%s"', async (method, status, body) => {
  const backends = [(await start({ status, body: 'bad' })).url, (await start({ body: 'good' })).url];
  const gateway = await startWith({}, backends);
  expect((await gateway.fetch('/', { method })).body).toBe(body);
});

test('when no attempt does, the client gets the last answer', async () => {
  const origins = [await start({ status: 503, body: 'one' }), await start({ status: 503, body: 'two' })];
  const gateway = await startWith(
    { attempts: 4, backoffMs: 1 },
    origins.map(({ url }) => url),
  );
  expect(await gateway.fetch('/')).toMatchObject({ status: 503 });
  expect((await gateway.waitForExchange()).attempts.map(({ status }) => status)).toEqual([
    503, 503, 503, 503,
  ]);
  expect(origins.every(({ requests }) => requests.length > 0)).toBe(true);
});

test('a body that was sent once is sent again, in full', async () => {
  const bad = await start(reset);
  const good = await start({ body: 'good' });
  const gateway = await startWith({}, [bad.url, good.url]);
  const body = 'x'.repeat(65_536);
  expect(await gateway.fetch('/', { method: 'PUT', body })).toMatchObject({ status: 200 });
  expect((await (await good.waitForRequest()).completed()).text).toBe(body);
});

test.each([
  ['of known length', { 'content-length': '22' }, 'hello world', 'hello again'],
  [
    'of unknown length',
    { 'transfer-encoding': 'chunked' },
    'b\r\nhello world\r\n',
    'b\r\nhello again\r\n0\r\n\r\n',
  ],
])(
  'a body %s that was on its way is sent again from its beginning, and then the rest',
  async (_, headers, first, rest) => {
    const gate = new Gate();
    const bad = await start(({ connection }) => {
      gate.open();
      connection.reset();
      return undefined;
    });
    const good = await start({ body: 'good' });
    const gateway = await startWith({}, [bad.url, good.url]);
    const client = await gateway.connect();
    const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    client.send(`PUT / HTTP/1.1\r\nHost: a\r\n${fields.join('')}\r\n${first}`);
    await gate.opened;
    await good.waitForRequest();
    client.send(rest);
    expect((await client.readResponse()).text).toBe('good');
    expect((await (await good.waitForRequest()).completed()).text).toBe('hello worldhello again');
  },
);

test('a backend that refuses in the middle of a body does not keep the rest of it waiting', async () => {
  const bad = await start(({ connection }) => {
    connection.write('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n');
    return undefined;
  });
  const good = await start({ body: 'good' });
  const gateway = await startWith({}, [bad.url, good.url]);
  const client = await gateway.connect();
  client.send('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello');
  await good.waitForRequest();
  client.send('world');
  expect((await client.readResponse()).text).toBe('good');
  expect((await (await good.waitForRequest()).completed()).text).toBe('helloworld');
  await bad.waitForNoConnections();
});

test.each([
  ['of known length', { 'content-length': '11' }],
  ['of unknown length', { 'transfer-encoding': 'chunked' }],
])(
  'a body %s that is longer than the limit is not kept: once sent, it is not tried again',
  async (_what, headers) => {
    const backends = [(await start(reset)).url, (await start({ body: 'good' })).url];
    const gateway = await startWith({ maxReplayBytes: 10 }, backends);
    const client = await gateway.connect();
    const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    client.send(`PUT / HTTP/1.1\r\nHost: a\r\n${fields.join('')}\r\n`);
    client.send('content-length' in headers ? 'hello world' : 'b\r\nhello world\r\n0\r\n\r\n');
    expect((await client.readResponse()).status).toBe(502);
    expect((await gateway.waitForExchange()).attempts).toHaveLength(1);
  },
);

test('a body that another plugin has read is left alone, and can be sent again', async () => {
  const reader = definePlugin({
    name: 'reader',
    setup: ({ hooks }) =>
      hooks.onRequest.tapPromise(async ({ outbound }) => void (await outbound.body.buffer(100))),
  });
  const good = await start({ body: 'good' });
  const gateway = await startWith({}, [(await start(reset)).url, good.url], reader());
  expect(await gateway.fetch('/', { method: 'PUT', body: 'hello' })).toMatchObject({ status: 200 });
});

const keyed = { 'idempotency-key': '"8e03978e"' };

test.each<[string, object, Record<string, string>, number]>([
  ['is not tried again, unless that is asked for', {}, keyed, 502],
  ['is tried again', { idempotencyKey: true }, keyed, 200],
  ['is tried again by the field that is named', { idempotencyKey: 'X-Key' }, { 'x-key': '1' }, 200],
  ['of another field is not tried again', { idempotencyKey: 'X-Key' }, keyed, 502],
  ['that is empty is not tried again', { idempotencyKey: true }, { 'idempotency-key': '' }, 502],
])('a lost POST with a key %s', async (_what, options, headers, status) => {
  const good = await start({ body: 'good' });
  const gateway = await startWith(options, [(await start(reset)).url, good.url]);
  expect((await gateway.fetch('/', { body: 'order', headers })).status).toBe(status);
  if (status === 200) expect((await (await good.waitForRequest()).completed()).text).toBe('order');
  expect(good.requests).toHaveLength(status === 200 ? 1 : 0);
});

test('a POST with a key is tried again after a status, too, but not when its body cannot be sent again', async () => {
  const good = await start({ body: 'good' });
  const gateway = await startWith({ idempotencyKey: true, maxReplayBytes: 5 }, [
    (await start({ status: 503 })).url,
    good.url,
  ]);
  expect((await gateway.fetch('/', { body: 'order', headers: keyed })).status).toBe(200);
  expect((await gateway.fetch('/', { body: 'orders', headers: keyed })).status).toBe(503);
});

test('a key that the backend does not get allows nothing', async () => {
  const stripping = definePlugin({
    name: 'stripping',
    setup: ({ hooks }) =>
      hooks.onRequest.tap(({ outbound }) => void outbound.fields.delete('idempotency-key')),
  });
  const backends = [(await start(reset)).url, (await start({ body: 'good' })).url];
  const gateway = await startWith({ idempotencyKey: true }, backends, stripping());
  expect((await gateway.fetch('/', { body: 'order', headers: keyed })).status).toBe(502);
});

test('an upstream that takes over gets attempts and a budget of its own', async () => {
  const spare = await start([{ status: 503 }, { body: 'spare' }]);
  const log = { level: 'debug' } as const;
  await using gateway = await startTestGateway({
    plugins: [
      retry({ attempts: 2, backoffMs: 1, budget: { share: 0, minConcurrent: 1 } }),
      fallback({ upstream: 'spare' }),
    ],
    upstreams: {
      app: { backends: [(await start({ status: 503 })).url] },
      spare: { backends: [spare.url] },
    },
    routes: [{ upstream: 'app' }],
    log,
  });
  expect(await gateway.fetch('/')).toMatchObject({ status: 200, body: 'spare' });
  expect((await gateway.waitForExchange()).attempts.map(({ status }) => status)).toEqual([
    503, 503, 503, 200,
  ]);
  spare.script = [{ status: 503 }, { body: 'again' }];
  expect(await gateway.fetch('/')).toMatchObject({ status: 200, body: 'again' });
});

test('an answer that breaks off while it is not wanted any more harms nobody', async () => {
  const bad = await start({ status: 503, body: 'x'.repeat(100_000), cutAt: 1_000, ending: 'reset' });
  const good = await start({ body: 'good' });
  const gateway = await startWith({ backoffMs: 50 }, [bad.url, good.url]);
  expect(await gateway.fetch('/')).toMatchObject({ status: 200, body: 'good' });
  const { attempts } = await gateway.waitForExchange();
  expect(attempts.map(({ backend }) => backend.activeAttempts)).toEqual([0, 0]);
});

test('an attempt that takes too long is given up for another one', async () => {
  const slow = await start(() => {});
  const good = await start({ body: 'good' });
  const gateway = await startWith({ attemptTimeoutMs: 50 }, [slow.url, good.url]);
  expect(await gateway.fetch('/')).toMatchObject({ status: 200, body: 'good' });
  const { attempts } = await gateway.waitForExchange();
  expect(attempts[0]?.error?.code).toBe('attempt_timeout');
});

test('attempts are given up one after the other, and none is begun when the total is over', async () => {
  const slow = await start(() => {});
  const gateway = await startWith(
    { attempts: 10, attemptTimeoutMs: 150, backoffMs: 0, maxBackoffMs: 0 },
    [slow.url],
    timeouts({ totalMs: 700 }),
  );
  expect((await gateway.fetch('/')).status).toBe(504);
  const { attempts } = await gateway.waitForExchange();
  expect(attempts.length).toBeGreaterThan(1);
  expect(attempts.length).toBeLessThan(10);
  expect(attempts[0]!.error?.code).toBe('attempt_timeout');
  await slow.waitForNoConnections();
});

test('a client that goes away in a pause ends it, and gives its room back', async () => {
  const origin = await start({ status: 503 });
  const long = { backoffMs: 30_000, maxBackoffMs: 30_000, budget: { share: 0, minConcurrent: 1 } };
  const gateway = await startWith(long, [origin.url]);
  for (const number of [1, 2]) {
    const client = await gateway.connect();
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await gateway.waitForLog(
      ({ msg, exchange }) => msg === 'trying again' && gateway.exchanges.every(({ id }) => id !== exchange),
    );
    client.reset();
    expect((await gateway.waitForExchange(number)).outcome?.code).toBe('client_aborted');
  }
  expect(gateway.logLines.filter(({ msg }) => msg === 'trying again')).toHaveLength(2);
});

test('a pause that would outlast the time of the exchange is not made', async () => {
  const bounded = definePlugin({
    name: 'bounded',
    setup: ({ hooks }) => hooks.onRequest.tap(({ timeouts }) => void (timeouts.totalMs = 10_000)),
  });
  const origin = await start({ status: 503 });
  const gateway = await startWith({ backoffMs: 30_000, maxBackoffMs: 30_000 }, [origin.url], bounded());
  expect((await gateway.fetch('/')).status).toBe(503);
  expect(origin.requests).toHaveLength(1);
});

test('without a budget nothing is tried again, and the log says so once', async () => {
  const origin = await start({ status: 503 });
  const gateway = await startWith({ budget: { share: 0, minConcurrent: 0 } }, [origin.url]);
  for (let i = 0; i < 3; i++) expect((await gateway.fetch('/')).status).toBe(503);
  expect(origin.requests).toHaveLength(3);
  const said = gateway.logLines.filter(({ msg }) => msg.startsWith('the retry budget is exhausted'));
  expect(said).toMatchObject([{ level: 'warn', upstream: 'app', plugin: 'retry' }]);
});

test('the budget is free again when a retried request is over', async () => {
  const origin = await start(({ target }) => ({ status: target === '/bad' ? 503 : 200 }));
  const gateway = await startWith({ attempts: 2, backoffMs: 1, budget: { share: 0, minConcurrent: 1 } }, [
    origin.url,
  ]);
  for (let i = 0; i < 3; i++) await gateway.fetch('/bad');
  expect(origin.requests).toHaveLength(6);
});

test('a refused connection needs no budget while another backend is left', async () => {
  const good = await start({ body: 'good' });
  const gateway = await startWith({ budget: { share: 0, minConcurrent: 0 } }, [
    `http://127.0.0.1:${await unusedPort()}`,
    good.url,
  ]);
  const statuses = await Promise.all(
    Array.from({ length: 20 }, async () => (await gateway.fetch('/')).status),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(gateway.logLines.filter(({ msg }) => msg.startsWith('the retry budget'))).toEqual([]);
});
