import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { only } from 'hookway';
import { startTestGateway, type TestGatewayOptions } from 'hookway/testing';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import metrics from 'hookway/plugins/metrics';
import { expect, onTestFinished, test } from 'vitest';
import { parsePrometheusText, sumOf } from '../../support/prometheus-text.ts';

const token = 'Zr3-81kq.Wm7_tYb0x';

async function start(plugins: TestGatewayOptions['plugins'], rest: TestGatewayOptions = {}) {
  const gateway = await startTestGateway({ plugins, ...rest });
  onTestFinished(() => gateway.close());
  return gateway;
}

test('curl reads the metrics at the mount, and sees the requests before it', async () => {
  const gateway = await start([metrics({ mount: '/metrics' })]);
  await gateway.fetch('/x');
  const { stdout } = await promisify(execFile)('curl', ['-si', `${gateway.url}/metrics`]);
  const [head = '', body = ''] = stdout.split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(head).toMatch(/\r\nContent-Type: text\/plain; version=0\.0\.4; charset=utf-8\r\n/i);
  expect(sumOf(parsePrometheusText(body), 'hookway_requests_total')).toBe(1);
  expect(gateway.origin.requests.map(({ target }) => target)).toEqual(['/x']);
});

test('without a mount the path is a path like others', async () => {
  const gateway = await start([metrics()]);
  expect((await gateway.fetch('/metrics')).body).toBe('ok');
});

test('HEAD gives the head, and nothing can be sent there', async () => {
  const gateway = await start([metrics({ mount: '/metrics' })]);
  expect(await gateway.fetch('/metrics', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  expect(await gateway.fetch('/metrics', { body: 'x' })).toMatchObject({
    status: 405,
    headers: { allow: 'GET, HEAD' },
  });
});

test.each([['/metrics/'], ['/metrics/x'], ['/Metrics'], ['/metricsx']])(
  '%s is not the mount',
  async (path) => {
    const gateway = await start([metrics({ mount: '/metrics' })]);
    expect((await gateway.fetch(path)).body).toBe('ok');
  },
);

test.each([['/%6detrics'], ['//metrics'], ['/metrics?name[]=up'], ['/metrics;x=1']])(
  '%s is the mount in other words, and asks as much of its readers',
  async (path) => {
    const gateway = await start([metrics({ mount: '/metrics', allow: ['203.0.113.0/24'] })]);
    expect((await gateway.fetch(path)).status).toBe(403);
    expect(gateway.origin.requests).toEqual([]);
  },
);

test('only those at the allowed addresses read', async () => {
  const away = await start([metrics({ mount: '/metrics', allow: ['203.0.113.0/24'] })]);
  const refused = await away.fetch('/metrics', { headers: { accept: 'application/json' } });
  expect(refused.status).toBe(403);
  expect(refused.json()).toMatchObject({ code: 'metrics_forbidden' });
  const here = await start([metrics({ mount: '/metrics', allow: ['203.0.113.0/24', '127.0.0.1'] })]);
  expect((await here.fetch('/metrics')).status).toBe(200);
});

test.each(['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'])(
  'who comes by a proxy on this machine, which %s tells, is not of this machine',
  async (field) => {
    const headers = {
      [field]: field === 'via' ? '1.1 edge' : field === 'forwarded' ? 'for=1.2.3.4' : '1.2.3.4',
    };
    const bare = await start([metrics({ mount: '/metrics' })]);
    expect((await bare.fetch('/metrics', { headers })).status).toBe(403);
    const untrusting = await start([forwardedHeaders(), metrics({ mount: '/metrics' })]);
    expect((await untrusting.fetch('/metrics', { headers })).status).toBe(403);
  },
);

test('a trusted proxy is believed about who reads', async () => {
  const gateway = await start([
    forwardedHeaders({ trust: ['loopback'] }),
    metrics({ mount: '/metrics', allow: ['203.0.113.7'] }),
  ]);
  const from = async (client: string) =>
    (await gateway.fetch('/metrics', { headers: { 'x-forwarded-for': client } })).status;
  expect([await from('203.0.113.7'), await from('203.0.113.8')]).toEqual([200, 403]);
});

test('a token opens to everybody who has it, and to nobody else', async () => {
  const gateway = await start([metrics({ mount: '/metrics', token })]);
  const withField = async (authorization?: string | string[]) =>
    gateway.fetch('/metrics', { headers: { ...(authorization && { authorization }), via: '1.1 edge' } });
  expect((await withField(`Bearer ${token}`)).status).toBe(200);
  expect((await withField(`bearer ${token}`)).status).toBe(200);
  for (const wrong of [undefined, `Bearer ${token}x`, `Basic ${token}`, 'Bearer', token]) {
    const response = await withField(wrong);
    expect([response.status, response.headers['www-authenticate']]).toEqual([401, 'Bearer realm="metrics"']);
  }
});

test('with both, address and token must be right', async () => {
  const gateway = await start([metrics({ mount: '/metrics', token, allow: ['203.0.113.7'] })]);
  expect((await gateway.fetch('/metrics', { headers: { authorization: `Bearer ${token}` } })).status).toBe(
    403,
  );
});

test('under a scope only its requests are counted', async () => {
  const gateway = await start([only({ routes: ['a'] }, metrics({ mount: '/a/metrics' }))], {
    routes: [
      { name: 'a', path: '/a/*', upstream: 'origin' },
      { name: 'b', upstream: 'origin' },
    ],
  });
  for (const path of ['/a/1', '/b', '/a/2']) await gateway.fetch(path);
  await gateway.waitForExchange(3);
  const { body } = await gateway.fetch('/a/metrics');
  expect(sumOf(parsePrometheusText(body), 'hookway_requests_total')).toBe(2);
});

test('it can be listed once', async () => {
  await expect(start([metrics(), metrics()])).rejects.toThrow(
    'metrics-text is already provided by the plugin metrics',
  );
});
