import { type OriginScript, startOrigin, unusedPort } from 'hookway/testing';
import basicAuth, { hashPassword } from 'hookway/plugins/basic-auth';
import circuitBreaker from 'hookway/plugins/circuit-breaker';
import concurrencyLimit from 'hookway/plugins/concurrency-limit';
import fallback from 'hookway/plugins/fallback';
import healthCheck from 'hookway/plugins/health-check';
import ipFilter from 'hookway/plugins/ip-filter';
import rateLimit from 'hookway/plugins/rate-limit';
import retry from 'hookway/plugins/retry';
import { expect, onTestFinished, test } from 'vitest';
import { valueOf } from '../../support/prometheus-text.ts';
import { Gate } from '../gate.ts';
import { startMeasured } from './metrics-reader.ts';

async function originOf(script: OriginScript) {
  const origin = await startOrigin(script);
  onTestFinished(() => origin.close());
  return origin;
}

const origin = { upstream: 'origin' };

test('retries are counted by what led to them', async () => {
  const { gateway, read } = await startMeasured({
    origin: [{ status: 503 }, { body: 'ok' }, { status: 503 }],
    plugins: [retry({ attempts: 3, statuses: [503], backoffMs: 1 })],
  });
  expect((await gateway.fetch('/')).status).toBe(200);
  await gateway.waitForExchange();
  const families = await read();
  expect(valueOf(families, 'hookway_retry_granted_total', { ...origin, reason: '503' })).toBe(1);
  expect(valueOf(families, 'hookway_attempts_total', { result: '5xx' })).toBe(1);
  expect(valueOf(families, 'hookway_attempts_total', { result: '2xx' })).toBe(1);
});

test('an exhausted budget is counted', async () => {
  const { gateway, read } = await startMeasured({
    origin: { status: 503 },
    plugins: [retry({ attempts: 2, statuses: [503], budget: { share: 0.001, minConcurrent: 0 } })],
  });
  await gateway.fetch('/');
  expect(valueOf(await read(), 'hookway_retry_denied_total', { ...origin, reason: 'budget' })).toBe(1);
});

test('ejections, and what backends are up, are seen', async () => {
  const good = await originOf({ body: 'ok' });
  const { gateway, read } = await startMeasured({
    upstreams: {
      app: {
        backends: [
          { name: 'bad', url: `http://127.0.0.1:${await unusedPort()}` },
          { name: 'good', url: good.url },
        ],
      },
    },
    plugins: [healthCheck({ passive: { consecutiveFailures: 1, ejectionMs: 60_000 } })],
  });
  await gateway.fetch('/');
  await gateway.fetch('/');
  const families = await read();
  const to = { upstream: 'app', backend: 'bad', to: 'ejected' };
  expect(valueOf(families, 'hookway_health_check_transitions_total', to)).toBe(1);
  expect(valueOf(families, 'hookway_backend_up', { backend: 'bad' })).toBe(0);
  expect(valueOf(families, 'hookway_backend_up', { backend: 'good' })).toBe(1);
  expect(valueOf(families, 'hookway_health_check_panic')).toBe(0);
});

test('probes are counted by their result', async () => {
  const good = await originOf({ body: 'ok' });
  const { read } = await startMeasured({
    origin: good,
    plugins: [healthCheck({ active: { path: '/healthz', intervalMs: 60_000 } })],
  });
  await good.waitForRequest();
  await good.waitForNoConnections();
  expect(valueOf(await read(), 'hookway_health_check_probes_total', { result: 'success' })).toBe(1);
});

test('a circuit that opens and refuses is counted, and its state shown', async () => {
  const { gateway, read } = await startMeasured({
    origin: { status: 503 },
    plugins: [circuitBreaker({ minimumRequests: 2, openMs: 60_000 })],
  });
  for (let i = 0; i < 5; i++) await gateway.fetch('/');
  await gateway.waitForExchange(5);
  const families = await read();
  expect(valueOf(families, 'hookway_circuit_breaker_transitions_total', { ...origin, to: 'open' })).toBe(1);
  expect(valueOf(families, 'hookway_circuit_breaker_refused_total', { ...origin, reason: 'open' })).toBe(3);
  expect(valueOf(families, 'hookway_circuit_breaker_state', origin)).toBe(2);
  expect(valueOf(families, 'hookway_plugin_answers_total', { plugin: 'circuit-breaker' })).toBe(3);
});

test('decisions of rate-limit are counted by limit', async () => {
  const limits = [{ name: 'burst', requests: 2, windowMs: 600_000 }];
  const { gateway, read } = await startMeasured({ plugins: [rateLimit({ limits })] });
  for (let i = 0; i < 5; i++) await gateway.fetch('/');
  const families = await read();
  const decided = (decision: string) =>
    valueOf(families, 'hookway_rate_limit_decisions_total', { limit: 'burst', decision });
  expect([decided('admitted'), decided('refused')]).toEqual([2, 3]);
});

test('running, waiting and refused requests of concurrency-limit are seen, over a reload too', async () => {
  const gate = new Gate();
  onTestFinished(() => gate.open());
  const backend = await originOf({ after: gate.opened, body: 'ok' });
  const plugins = [concurrencyLimit({ maxConcurrent: 1, maxQueued: 1, queueTimeoutMs: 60_000 })];
  const { gateway, read, reload } = await startMeasured({ origin: backend, plugins });
  const running = gateway.fetch('/');
  await backend.waitForRequest();
  const others = [gateway.fetch('/'), gateway.fetch('/')]; // one waits, one is refused
  const state = async () => {
    const families = await read();
    const of = (name: string) => valueOf(families, 'hookway_concurrency_limit_requests', { state: name });
    return [of('running'), of('queued'), valueOf(families, 'hookway_concurrency_limit_refused_total')];
  };
  expect((await Promise.race(others)).status).toBe(503);
  expect(await state()).toEqual([1, 1, 1]);
  await reload({ origin: backend, plugins });
  expect(await state()).toEqual([1, 1, 1]);
  gate.open();
  const statuses = (await Promise.all([running, ...others])).map(({ status }) => status);
  expect(statuses.sort((a, b) => a - b)).toEqual([200, 200, 503]);
  await gateway.waitForExchange(3);
  expect(await state()).toEqual([0, 0, 1]);
});

test('who is refused by address or password is counted', async () => {
  const { gateway, read } = await startMeasured({
    plugins: [basicAuth({ users: { ann: await hashPassword('secret word') } })],
  });
  const as = (credentials: string) => ({
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
  });
  await gateway.fetch('/');
  await gateway.fetch('/', as('ann:secret word'));
  await gateway.fetch('/', as('ann:wrong'));
  const families = await read();
  for (const credentials of ['none', 'right', 'wrong'])
    expect(valueOf(families, 'hookway_basic_auth_decisions_total', { credentials })).toBe(1);

  const filtered = await startMeasured({ plugins: [ipFilter({ deny: ['loopback'] })] });
  await filtered.gateway.fetch('/');
  expect(valueOf(await filtered.read(), 'hookway_ip_filter_refused_total', { at: 'request' })).toBe(1);
  const closed = await startMeasured({ plugins: [ipFilter({ deny: ['loopback'], at: 'connection' })] });
  await expect(closed.gateway.fetch('/')).rejects.toThrow();
  const counts = await closed.read();
  expect(valueOf(counts, 'hookway_ip_filter_refused_total', { at: 'connection' })).toBe(1);
  expect(valueOf(counts, 'hookway_connections_total', { result: 'refused' })).toBe(1);
});

test('what stood in for an upstream is counted for it', async () => {
  const other = await originOf({ body: 'other' });
  const { gateway, read } = await startMeasured({
    upstreams: {
      main: { backends: [`http://127.0.0.1:${await unusedPort()}`] },
      other: { backends: [other.url] },
    },
    plugins: [fallback({ upstream: 'other', response: { status: 200, body: 'sorry' } })],
  });
  expect((await gateway.fetch('/')).body).toBe('other');
  await other.close();
  expect((await gateway.fetch('/')).body).toBe('sorry');
  const families = await read();
  const used = (upstream: string, by: string) =>
    valueOf(families, 'hookway_fallback_used_total', { upstream, by });
  expect([used('main', 'upstream'), used('other', 'response')]).toEqual([2, 1]);
});
