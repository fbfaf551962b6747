import { definePlugin, only, respond } from 'hookway';
import { type OriginScript, RawClient, startOrigin, unusedPort } from 'hookway/testing';
import { expect, onTestFinished, test } from 'vitest';
import { type MetricFamily, sumOf, valueOf } from '../../support/prometheus-text.ts';
import { Gate } from '../gate.ts';
import { get } from '../wire.ts';
import { startMeasured } from './metrics-reader.ts';

type Families = ReadonlyMap<string, MetricFamily>;

async function originOf(script: OriginScript) {
  const origin = await startOrigin(script);
  onTestFinished(() => origin.close());
  return origin;
}

const backend = (name: string, url: string) => ({ backends: [{ name, url }] });

/** Every series of a family as text, with what is 0 left out. */
function seriesOf(families: Families, name: string): string[] {
  const { samples = [] } = families.get(name) ?? {};
  return samples
    .filter((sample) => sample.value !== 0)
    .map(({ labels, value }) => `${Object.values(labels).join(' ')}: ${value}`)
    .sort((a, b) => a.localeCompare(b));
}

const closed = definePlugin({
  name: 'closed',
  setup: ({ hooks }) => hooks.onRequest.tap(() => respond(451, {}, undefined, { code: 'closed' })),
});

test('a known mix of requests is counted exactly', async () => {
  const app = await originOf(({ target }) => ({
    status: target.includes('missing') ? 404 : target.includes('broken') ? 503 : 200,
    body: 'twelve bytes',
  }));
  const { gateway, read } = await startMeasured({
    upstreams: {
      app: backend('a', app.url),
      dead: backend('d', `http://127.0.0.1:${await unusedPort()}`),
    },
    routes: [
      { name: 'api', path: '/api/*', upstream: 'app' },
      { path: '/files/*', upstream: 'app' },
      { hosts: ['other.test'], upstream: 'app' },
      { name: 'dead', path: '/dead', upstream: 'dead' },
      { name: 'legal', path: '/legal', upstream: 'app' },
    ],
    plugins: [only({ routes: ['legal'] }, closed())],
  });
  const requests: [count: number, path: string, init?: Parameters<typeof gateway.fetch>[1]][] = [
    [7, '/api/x'],
    [3, '/api/missing'],
    [2, '/api/x', { body: 'seven b' }],
    [2, '/api/broken', { method: 'DELETE' }],
    [1, '/api/x', { method: 'BREW' }],
    [1, '/api/x', { method: 'HEAD' }],
    [4, '/files/x'],
    [2, '/any', { headers: { host: 'other.test' } }],
    [3, '/dead'],
    [2, '/legal'],
    [5, '/nowhere'],
  ];
  let total = 0;
  for (const [count, path, init] of requests) {
    for (let i = 0; i < count; i++) await gateway.fetch(path, init);
    total += count;
  }
  await gateway.waitForExchange(total);
  const families = await read();
  expect(seriesOf(families, 'hookway_requests_total')).toEqual(
    [
      '/files/* app a GET 2xx: 4',
      'api app a DELETE 5xx: 2',
      'api app a GET 2xx: 7',
      'api app a GET 4xx: 3',
      'api app a HEAD 2xx: 1',
      'api app a other 2xx: 1',
      'api app a POST 2xx: 2',
      'dead dead d GET 5xx: 3',
      'legal   GET 4xx: 2',
      'routes[2] app a GET 2xx: 2',
      '   GET 4xx: 5',
    ].sort((a, b) => a.localeCompare(b)),
  );
  expect(seriesOf(families, 'hookway_attempts_total')).toEqual([
    'app a 2xx: 17',
    'app a 4xx: 3',
    'app a 5xx: 2',
    'dead d connect_failed: 3',
  ]);
  expect(seriesOf(families, 'hookway_failures_total')).toEqual([
    ' client no_route: 5',
    'dead backend connect_failed: 3',
  ]);
  expect(seriesOf(families, 'hookway_plugin_answers_total')).toEqual(['closed closed: 2']);
  expect(sumOf(families, 'hookway_request_duration_seconds_count')).toBe(total);
  expect(valueOf(families, 'hookway_request_body_bytes_total', { route: 'api' })).toBe(14);
  expect(valueOf(families, 'hookway_response_body_bytes_total', { route: 'api' })).toBe(15 * 12);
  expect(valueOf(families, 'hookway_backend_response_duration_seconds_count', { backend: 'a' })).toBe(22);
  expect(valueOf(families, 'hookway_backend_wait_duration_seconds_count', { backend: 'd' })).toBe(0);
});

test('a client that is gone before it was sent a status is counted as 499, later with that status', async () => {
  const gate = new Gate();
  onTestFinished(() => gate.open());
  const origin = await originOf(({ target }) =>
    target === '/slow' ? { after: gate.opened } : { body: 'some bytes', cutAt: 45, ending: 'keep' },
  );
  const { gateway, read } = await startMeasured({ origin });
  const early = await gateway.connect();
  early.send(get('/slow'));
  await origin.waitForRequest(1);
  early.close();
  await gateway.waitForExchange(1);
  const late = await gateway.connect();
  late.send(get('/cut'));
  await late.waitForText('\r\n\r\n');
  late.reset();
  await gateway.waitForExchange(2);
  const families = await read();
  const requests = { route: 'routes[0]', upstream: 'origin', method: 'GET' };
  expect(valueOf(families, 'hookway_requests_total', { ...requests, code: '499' })).toBe(1);
  expect(valueOf(families, 'hookway_requests_total', { ...requests, code: '2xx' })).toBe(1);
  expect(valueOf(families, 'hookway_failures_total', { ended_by: 'client', reason: 'client_aborted' })).toBe(
    2,
  );
  expect(valueOf(families, 'hookway_attempts_total', { result: 'cancelled' })).toBe(1);
});

test('a request for which there is no backend is counted for its upstream', async () => {
  const none = definePlugin({
    name: 'none',
    setup: ({ hooks }) => hooks.selectBackend.tap(() => []),
  });
  const { gateway, read } = await startMeasured({ plugins: [none()] });
  expect((await gateway.fetch('/')).status).toBe(503);
  await gateway.waitForExchange();
  expect(
    valueOf(await read(), 'hookway_requests_total', { upstream: 'origin', backend: '', code: '5xx' }),
  ).toBe(1);
});

test('buckets hold what took at most so long', async () => {
  const { gateway, read } = await startMeasured();
  for (let i = 0; i < 5; i++) await gateway.fetch('/');
  await gateway.waitForExchange(5);
  const families = await read();
  const tookMs = gateway.exchanges.map(({ timings }) => timings.completedAtMs - timings.startedAtMs);
  for (const boundMs of [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000]) {
    expect(valueOf(families, 'hookway_request_duration_seconds_bucket', { le: String(boundMs / 1000) })).toBe(
      tookMs.filter((ms) => ms <= boundMs).length,
    );
  }
  const sum = tookMs.reduce((a, b) => a + b, 0) / 1000;
  expect(valueOf(families, 'hookway_request_duration_seconds_sum')).toBeCloseTo(sum, 9);
});

test('connections, running requests and pools are as they are', async () => {
  const gate = new Gate();
  onTestFinished(() => gate.open());
  const origin = await originOf({ after: gate.opened, body: 'ok' });
  const allCame = new Gate();
  let came = 0;
  const arrivals = definePlugin({
    name: 'arrivals',
    setup({ hooks }) {
      hooks.onBackendRequest.tap(() => {
        if (++came === 3) setImmediate(allCame.open); // then the last one needs a connection
      });
    },
  });
  const { gateway, read } = await startMeasured({
    plugins: [arrivals()],
    upstreams: { app: { backends: [{ name: 'a', url: origin.url, weight: 3 }], maxConnections: 1 } },
  });
  const clients = [await gateway.connect(), await gateway.connect(), await gateway.connect()];
  for (const client of clients) client.send(get());
  await allCame.opened;
  await origin.waitForRequest();
  await gateway.gateway.control.overrideBackend('app', 'a', { isDraining: true });
  const busy = await read();
  const of = (name: string, labels = {}) => valueOf(busy, `hookway_${name}`, labels);
  expect([of('open_connections'), of('active_requests')]).toEqual([3, 3]);
  expect([
    of('connections_total', { result: 'accepted' }),
    of('backend_connections', { state: 'busy' }),
  ]).toEqual([3, 1]);
  expect([of('backend_queued_requests'), of('backend_active_attempts')]).toEqual([2, 3]);
  expect([of('backend_draining'), of('backend_weight'), of('backend_up')]).toEqual([1, 3, 1]);
  expect([of('generation'), of('retired_generations')]).toEqual([2, 1]);
  gate.open();
  for (const client of clients) expect((await client.readResponse()).text).toBe('ok');
  await gateway.waitForExchange(3);
  expect(valueOf(await read(), 'hookway_active_requests')).toBe(0);
});

test('what is refused before it is a request is counted by its reason', async () => {
  const { gateway, read } = await startMeasured({ limits: { maxConnections: 1 } });
  const client = await gateway.connect();
  const another = await RawClient.connect(gateway.port);
  await another.readUntilClose();
  client.send('GET / HTTP/1.1\nHost: x\n\n');
  await client.readUntilClose();
  const families = await read();
  expect(valueOf(families, 'hookway_unreadable_requests_total', { reason: 'malformed_head' })).toBe(1);
  expect(valueOf(families, 'hookway_connections_total', { result: 'over_limit' })).toBe(1);
  expect(sumOf(families, 'hookway_requests_total')).toBe(0);
});

test('numbers go on over a reload, and no request counts twice while two configurations live', async () => {
  const gate = new Gate();
  onTestFinished(() => gate.open());
  const origin = await originOf(({ target }) => ({
    body: 'ok',
    ...(target === '/slow' && { after: gate.opened }),
  }));
  const { gateway, read, reload } = await startMeasured({ origin });
  await gateway.fetch('/');
  const slow = gateway.fetch('/slow');
  await origin.waitForRequest(2);
  await reload({ origin });
  await gateway.fetch('/');
  await gateway.waitForExchange(2);
  const during = await read();
  expect([sumOf(during, 'hookway_requests_total'), valueOf(during, 'hookway_active_requests')]).toEqual([
    2, 1,
  ]);
  gate.open();
  await slow;
  await gateway.waitForExchange(3);
  const after = await read();
  expect(sumOf(after, 'hookway_requests_total')).toBe(3);
  expect(sumOf(after, 'hookway_request_duration_seconds_count')).toBe(3);
  expect(valueOf(after, 'hookway_reloads_total', { result: 'success' })).toBe(1);
  expect(valueOf(after, 'hookway_generation')).toBe(2);
});

test('a refused configuration shows, and changes no number', async () => {
  const { gateway, read, reload } = await startMeasured();
  await gateway.fetch('/');
  await gateway.waitForExchange();
  await expect(reload({ routes: [{ upstream: 'nowhere' }] })).rejects.toThrow('nowhere');
  const families = await read();
  expect(valueOf(families, 'hookway_last_reload_successful')).toBe(0);
  expect(valueOf(families, 'hookway_reloads_total', { result: 'failure' })).toBe(1);
  expect(sumOf(families, 'hookway_requests_total')).toBe(1);
});

test('what a configuration no longer has is forgotten, the rest stays', async () => {
  const origin = await originOf({ body: 'ok' });
  const upstreams = { app: backend('a', origin.url), old: backend('o', origin.url) };
  const both = [
    { name: 'old', path: '/old', upstream: 'old' },
    { name: 'app', upstream: 'app' },
  ];
  const { gateway, read, reload } = await startMeasured({ upstreams, routes: both });
  await gateway.fetch('/old');
  await gateway.fetch('/');
  await gateway.waitForExchange(2);
  await reload({ upstreams: { app: upstreams.app }, routes: [both[1]!] });
  await gateway.fetch('/');
  await gateway.waitForExchange(3);
  const families = await read();
  expect(seriesOf(families, 'hookway_requests_total')).toEqual(['app app a GET 2xx: 2']);
  expect(families.get('hookway_backend_weight')!.samples.map(({ labels }) => labels['backend'])).toEqual([
    'a',
  ]);
});

test('odd names do no harm to the text', async () => {
  const name = 'a "b\\n"\nc';
  const { gateway, read } = await startMeasured({ routes: [{ name, upstream: 'origin' }] });
  await gateway.fetch('/');
  await gateway.waitForExchange();
  expect(valueOf(await read(), 'hookway_requests_total', { route: name })).toBe(1);
});

test('the process tells of itself', async () => {
  const { read } = await startMeasured();
  const families = await read();
  expect(valueOf(families, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
  expect(valueOf(families, 'process_open_fds')).toBeGreaterThan(3);
  expect(valueOf(families, 'hookway_event_loop_active_seconds_total')).toBeGreaterThan(0);
  expect(families.has('hookway_event_loop_delay_p99_seconds')).toBe(true);
});

test('bytes of a tunnel count as those of bodies', async () => {
  const origin = await originOf(({ connection }) => {
    connection.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nhello');
    connection.socket.on('data', () => connection.write('bye'));
  });
  const { gateway, read } = await startMeasured({ origin });
  const client = await gateway.connect();
  client.send(get('/', 'Connection: upgrade', 'Upgrade: echo'));
  await client.waitForText('hello');
  client.send('four');
  await client.waitForText('bye');
  client.end();
  origin.connections[0]!.socket.end();
  await gateway.waitForExchange();
  const families = await read();
  expect(valueOf(families, 'hookway_requests_total', { code: '1xx' })).toBe(1);
  expect(sumOf(families, 'hookway_response_body_bytes_total')).toBe(8);
  expect(sumOf(families, 'hookway_request_body_bytes_total')).toBe(4);
});
