import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { definePlugin, type PluginEntry } from 'hookway';
import { type Origin, type OriginScript, startOrigin, startTestGateway, unusedPort } from 'hookway/testing';
import accessLog from 'hookway/plugins/access-log';
import circuitBreaker from 'hookway/plugins/circuit-breaker';
import fallback from 'hookway/plugins/fallback';
import healthCheck from 'hookway/plugins/health-check';
import retry from 'hookway/plugins/retry';

const reset = { cutAt: 0, ending: 'reset' } as const;
const sorry = { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<p>Sorry</p>' };

async function start(script: OriginScript): Promise<Origin> {
  const origin = await startOrigin(script);
  onTestFinished(() => origin.close());
  return origin;
}

/** A gateway with an upstream `app` and another one, `spare`. */
async function startWith(plugins: PluginEntry[], app: string, spare = 'http://127.0.0.1:1') {
  const upstreams = { app: { backends: [app] }, spare: { backends: [spare] } };
  const gateway = await startTestGateway({ plugins, upstreams, routes: [{ upstream: 'app' }] });
  onTestFinished(() => gateway.close());
  return gateway;
}

const refusing = async (): Promise<string> => `http://127.0.0.1:${await unusedPort()}`;

/** Leaves no backend of `app`, as a health check might. */
const deny = definePlugin({
  name: 'deny',
  setup: ({ hooks }) => {
    hooks.selectBackend.tap((candidates, { upstream }) => (upstream?.name === 'app' ? [] : candidates));
  },
});

test('a request that finds nobody goes to the other upstream', async () => {
  const spare = await start({ body: 'spare' });
  const gateway = await startWith([fallback({ upstream: 'spare' })], await refusing(), spare.url);
  expect(await gateway.fetch('/', { body: 'hello' })).toMatchObject({ status: 200, body: 'spare' });
  expect((await (await spare.waitForRequest()).completed()).text).toBe('hello');
  expect((await gateway.waitForExchange()).upstream?.name).toBe('spare');
});

test.each([
  [503, 'spare'],
  [502, 'spare'],
  [500, 'app'],
  [404, 'app'],
])('a GET that is answered with %i gets its answer from %s', async (status, body) => {
  const [app, spare] = [await start({ status, body: 'app' }), await start({ body: 'spare' })];
  const gateway = await startWith([fallback({ upstream: 'spare' })], app.url, spare.url);
  expect((await gateway.fetch('/')).body).toBe(body);
});

test('what might do harm twice does not go to the other upstream', async () => {
  const [app, spare] = [await start(reset), await start({ body: 'spare' })];
  const gateway = await startWith([fallback({ upstream: 'spare' })], app.url, spare.url);
  expect((await gateway.fetch('/', { body: 'order' })).status).toBe(502);
  expect(spare.requests).toHaveLength(0);
});

test('it waits until nobody tries again, wherever it stands in the list', async () => {
  const [app, spare] = [await start({ status: 503 }), await start({ body: 'spare' })];
  const plugins = [fallback({ upstream: 'spare' }), retry({ attempts: 3, backoffMs: 1 })];
  const gateway = await startWith(plugins, app.url, spare.url);
  expect((await gateway.fetch('/')).body).toBe('spare');
  expect([app.requests.length, spare.requests.length]).toEqual([3, 1]);
});

test.each([
  ['a failure', reset],
  ['a status', { status: 503 }],
])('%s gives the answer of the configuration, and the log names it', async (_what, script) => {
  const gateway = await startWith([fallback({ response: sorry })], (await start(script)).url);
  const answer = await gateway.fetch('/');
  expect(answer).toMatchObject({
    status: 200,
    body: '<p>Sorry</p>',
    headers: { 'content-type': 'text/html' },
  });
  const { outcome } = await gateway.waitForExchange();
  expect(outcome).toMatchObject({ code: 'fallback', plugin: 'fallback' });
});

test('when the other upstream fails, too, the answer is given; without one, its failure', async () => {
  const [app, spare] = [await start(reset), await start({ status: 503, body: 'spare' })];
  const both = await startWith([fallback({ upstream: 'spare', response: sorry })], app.url, spare.url);
  expect((await both.fetch('/')).body).toBe('<p>Sorry</p>');
  const one = await startWith([fallback({ upstream: 'spare' })], app.url, spare.url);
  expect(await one.fetch('/')).toMatchObject({ status: 503, body: 'spare' });
});

test('when no backend is left, the other upstream is asked', async () => {
  const spare = await start({ body: 'spare' });
  const gateway = await startWith([fallback({ upstream: 'spare' }), deny()], await refusing(), spare.url);
  expect(await gateway.fetch('/', { body: 'hello' })).toMatchObject({ status: 200, body: 'spare' });
  const { outcome, upstream } = await gateway.waitForExchange();
  expect([upstream?.name, outcome?.code, outcome?.plugin]).toEqual(['spare', undefined, undefined]);
});

test('when all backends are down, the access log names who answered, and not a failure', async () => {
  const app = await start({ status: 500 });
  const folder = mkdtempSync(join(tmpdir(), 'hookway-fallback-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'access.log');
  const gateway = await startWith(
    [
      accessLog({ file }),
      healthCheck({
        active: { path: '/', intervalMs: 10, fall: 1 },
        panicShare: 0,
        upstreams: ['app'],
      }),
      fallback({ upstream: 'spare', response: sorry }),
    ],
    app.url,
    await refusing(),
  );
  await gateway.waitForLog(({ to }) => to === 'down');
  expect(await gateway.fetch('/')).toMatchObject({ status: 200, body: '<p>Sorry</p>' });
  await gateway.close();
  const record = JSON.parse(readFileSync(file, 'utf8')) as object;
  expect(record).toMatchObject({ status: 200, code: 'fallback', plugin: 'fallback', hook: 'onBackendError' });
  expect(record).not.toHaveProperty('endedBy');
});

test('when no backend is left and there is no other upstream, the answer is given', async () => {
  const gateway = await startWith([deny(), fallback({ response: sorry })], await refusing());
  const answer = await gateway.fetch('/');
  expect(answer).toMatchObject({
    status: 200,
    body: '<p>Sorry</p>',
    headers: { 'content-type': 'text/html' },
  });
  const { outcome } = await gateway.waitForExchange();
  expect(outcome).toMatchObject({
    endedBy: undefined,
    phase: 'done',
    code: 'fallback',
    plugin: 'fallback',
    hook: 'onBackendError',
  });
});

test.each([
  ['the other upstream', { upstream: 'spare' }, 'spare'],
  ['the answer', { response: sorry }, '<p>Sorry</p>'],
])('while the circuit is open, %s stands in at once', async (_what, options, body) => {
  const [app, spare] = [await start({ status: 500 }), await start({ body: 'spare' })];
  const breaking = circuitBreaker({ minimumRequests: 2, openMs: 60_000, upstreams: ['app'] });
  const gateway = await startWith([breaking, fallback(options)], app.url, spare.url);
  expect([(await gateway.fetch('/')).status, (await gateway.fetch('/')).status]).toEqual([500, 500]);
  expect((await gateway.fetch('/')).body).toBe(body);
  expect(app.requests).toHaveLength(2);
});

test('when both circuits are open the answer is given, and nobody is asked', async () => {
  const [app, spare] = [await start({ status: 500 }), await start({ status: 500 })];
  const gateway = await startWith(
    [
      circuitBreaker({ minimumRequests: 2, openMs: 60_000 }),
      fallback({ upstream: 'spare', response: sorry, statuses: [599] }),
    ],
    app.url,
    spare.url,
  );
  for (let i = 0; i < 4; i++) expect((await gateway.fetch('/')).status).toBe(500);
  expect(await gateway.fetch('/')).toMatchObject({ status: 200, body: '<p>Sorry</p>' });
  expect([app.requests.length, spare.requests.length]).toEqual([2, 2]);
  expect((await gateway.waitForExchange(5)).outcome).toMatchObject({ code: 'fallback', hook: 'onRequest' });
});

test('an upstream whose circuit is open stands in for nobody: without an answer the failure is passed on', async () => {
  const [app, spare] = [await start({ status: 502, body: 'app' }), await start({ status: 500 })];
  const breaking = circuitBreaker({ minimumRequests: 2, openMs: 60_000, upstreams: ['spare'] });
  const gateway = await startWith([breaking, fallback({ upstream: 'spare' })], app.url, spare.url);
  for (let i = 0; i < 2; i++) expect((await gateway.fetch('/')).status).toBe(500);
  expect(await gateway.fetch('/')).toMatchObject({ status: 502, body: 'app' });
  expect(spare.requests).toHaveLength(2);
});
