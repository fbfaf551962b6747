import { definePlugin } from 'hookway';
import admin from 'hookway/plugins/admin';
import circuitBreaker from 'hookway/plugins/circuit-breaker';
import decisionTrail from 'hookway/plugins/decision-trail';
import errorLog from 'hookway/plugins/error-log';
import headers from 'hookway/plugins/headers';
import healthCheck from 'hookway/plugins/health-check';
import metrics from 'hookway/plugins/metrics';
import { RawClient, startOrigin, unusedPort } from 'hookway/testing';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { Gate } from '../gate.ts';
import { type Problem, startWithAdmin, token } from './admin-client.ts';

interface OpenApi {
  readonly paths: Record<string, Record<string, OpenApiOperation>>;
}

interface OpenApiOperation {
  readonly operationId: string;
  readonly responses: Record<
    string,
    { readonly content?: Record<string, { readonly schema?: Parameters<typeof z.fromJSONSchema>[0] }> }
  >;
}

interface BackendState {
  readonly name: string;
  readonly isDraining: boolean;
  readonly weight: number;
  readonly health: string;
  readonly circuit: string;
}

interface UpstreamState {
  readonly usableBackends: number;
  readonly backends: readonly BackendState[];
}

test('every answer is as the OpenAPI document describes it', async () => {
  const { gateway, api } = await startWithAdmin(
    {},
    {
      plugins: [decisionTrail({ share: 1 }), errorLog(), metrics()],
      origin: ({ connection }) => connection.reset(),
    },
  );
  await gateway.fetch('/');
  const { id, backend } = await gateway.waitForExchange();
  const values: Record<string, string> = { upstream: 'origin', backend: backend!.name, exchange: id };
  const bodies: Record<string, unknown> = { changeBackend: { weight: 3 }, setLogLevel: { level: 'debug' } };
  const { paths } = await api.get<OpenApi>('/openapi.json');
  for (const [template, operations] of Object.entries(paths)) {
    const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name]!));
    for (const [method, { operationId, responses }] of Object.entries(operations)) {
      const response = method === 'get' ? await api.fetch(path) : await api.post(path, bodies[operationId]);
      const described = responses[response.status]?.content;
      expect(described, `${method} ${path} ${response.status}`).toBeDefined();
      const type = response.headers['content-type']!.split(';')[0]!;
      const { schema } = described![type]!;
      const value = type === 'text/plain' ? response.body : response.json();
      const result = z.fromJSONSchema(schema!).safeParse(value);
      expect([operationId, result.error?.issues]).toEqual([operationId, undefined]);
    }
  }
});

test('a drained backend gets no request until it is enabled again, over reloads', async () => {
  await using first = await startOrigin({ body: 'first' });
  await using second = await startOrigin({ body: 'second' });
  const upstreams = {
    app: {
      backends: [
        { url: first.url, name: 'a/1' },
        { url: second.url, name: 'b' },
      ],
    },
  };
  const { gateway, api } = await startWithAdmin({}, { upstreams });
  expect((await gateway.fetch('/')).body).toBe('first');
  const drained = await api.post('/upstreams/app/backends/a%2F1', { action: 'drain' });
  expect(drained).toMatchObject({ status: 200 });
  expect(drained.json()).toMatchObject({ name: 'a/1', isDraining: true });
  expect((await gateway.fetch('/')).body).toBe('second');
  await api.post('/config/reload');
  expect((await gateway.fetch('/')).body).toBe('second');
  expect(await api.get<UpstreamState>('/upstreams/app')).toMatchObject({ usableBackends: 1 });
  await api.post('/upstreams/app/backends/a%2F1', { action: 'enable' });
  expect((await gateway.fetch('/')).body).toBe('first');
});

test('a weight lasts until null gives back that of the configuration', async () => {
  const upstreams = { app: { backends: [{ url: 'http://127.0.0.1:1', name: 'a', weight: 2 }] } };
  const { api } = await startWithAdmin({}, { upstreams });
  const weigh = async (weight: number | null): Promise<unknown> =>
    (await api.post('/upstreams/app/backends/a', { weight })).json();
  expect(await weigh(7)).toMatchObject({ weight: 7, isDraining: false });
  await api.post('/config/reload');
  expect(await api.get('/upstreams/app/backends/a')).toMatchObject({ weight: 7 });
  expect(await weigh(null)).toMatchObject({ weight: 2 });
});

test.each([
  [{ weight: 0 }, 422, 'invalid_body'],
  [{ weight: 1.5 }, 422, 'invalid_body'],
  [{ action: 'remove' }, 422, 'invalid_body'],
  [{ action: 'drain', typo: 1 }, 422, 'invalid_body'],
  [{}, 422, 'invalid_body'],
])('a backend is not changed by %j', async (body, status, code) => {
  const { gateway, api } = await startWithAdmin();
  const { name } = gateway.gateway.control.upstreams.get('origin')!.backends[0]!;
  const answer = await api.post(`/upstreams/origin/backends/${name}`, body);
  const problem = answer.json() as Problem;
  expect([answer.status, problem.code, problem.problems?.length]).toEqual([status, code, 1]);
  expect(gateway.gateway.control.generation).toBe(1);
});

test('what is not there is 404, and the upstream or backend is named', async () => {
  const { api } = await startWithAdmin();
  const failures = [
    ['/upstreams/x', 'unknown_upstream'],
    ['/upstreams/origin/backends/x', 'unknown_backend'],
    ['/trails/x', 'unknown_exchange'],
    ['/nowhere', 'not_found'],
    ['/upstreams/%zz', 'not_found'],
    ['/health/', 'not_found'],
  ];
  for (const [path, code] of failures) {
    const answer = await api.fetch(path!);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect([path, answer.status, (answer.json() as Problem).code]).toEqual([path, 404, code]);
  }
  expect((await api.post('/upstreams/x/backends/y', { action: 'drain' })).status).toBe(404);
});

test('health, circuit and connections of a backend are those of the moment, also after a change', async () => {
  const origin = await startOrigin({ status: 503 });
  onTestFinished(() => origin.close());
  const plugins = [
    healthCheck({ passive: { consecutiveErrors: 1, maxEjectedShare: 1 } }),
    circuitBreaker({ minimumRequests: 1 }),
  ];
  const { gateway, api } = await startWithAdmin({ requiredUpstreams: ['origin'] }, { origin, plugins });
  const state = async (): Promise<BackendState> =>
    (await api.get<UpstreamState>('/upstreams/origin')).backends[0]!;
  expect(await state()).toMatchObject({ health: 'healthy', circuit: 'closed' });
  expect(await api.fetch('/ready')).toMatchObject({ status: 200 });
  await gateway.fetch('/');
  const failed = { health: 'ejected', circuit: 'open', connections: { open: 1, idle: 1, connecting: 0 } };
  expect(await state()).toMatchObject(failed);
  const unready = await api.fetch('/ready');
  expect(unready.status).toBe(503);
  expect(unready.json()).toEqual({
    status: 'unready',
    reasons: ['the upstream origin has no usable backend'],
  });
  const { name } = await state();
  const changed = await api.post(`/upstreams/origin/backends/${name}`, { weight: 5 });
  expect(changed.json()).toMatchObject({ weight: 5, health: 'ejected', circuit: 'open' });
});

test('a gateway that drains lives but is not ready', async () => {
  const gate = new Gate();
  const { gateway, api } = await startWithAdmin({}, { origin: { after: gate.opened } });
  const response = gateway.fetch('/');
  await gateway.origin.waitForRequest();
  expect(await api.get('/version')).toMatchObject({ activeExchanges: 1, openConnections: 1 });
  const closing = gateway.gateway.close();
  const ready = await api.fetch('/ready');
  expect([ready.status, ready.json()]).toEqual([
    503,
    { status: 'unready', reasons: ['the gateway is closing'] },
  ]);
  expect(await api.fetch('/health')).toMatchObject({ status: 200 });
  gate.open();
  await response;
  await closing;
  await expect(RawClient.connect(api.port)).rejects.toThrow('ECONNREFUSED');
});

test('the log level changes at once', async () => {
  const debugging = definePlugin({
    name: 'debugging',
    setup: ({ hooks, log }) => hooks.onRequest.tap(({ inbound }) => log.debug(inbound.path)),
  });
  const { gateway, api } = await startWithAdmin({}, { plugins: [debugging()], log: { level: 'info' } });
  await gateway.fetch('/before');
  const answer = await api.post('/log-level', { level: 'debug' });
  expect([answer.status, answer.json()]).toEqual([200, { level: 'debug' }]);
  await gateway.fetch('/after');
  const messages = gateway.logLines.map(({ msg }) => msg);
  expect(messages).toContain('/after');
  expect(messages).not.toContain('/before');
  expect((await api.post('/log-level', { level: 'loud' })).status).toBe(422);
});

test('the configuration shows options with their defaults and no secret', async () => {
  const plugins = [
    decisionTrail({ secret: '3f9c1d7ab2e84065' }),
    headers({ request: { set: { 'X-Api-Key': 'sesame', 'X-Plain': 'seen' } } }),
  ];
  const routes = [{ upstream: 'origin', headers: { 'x-mode': /^a+$/i } }];
  const { api } = await startWithAdmin({}, { plugins, routes, limits: { maxHeadBytes: 9_999 } });
  const { body } = await api.fetch('/config');
  expect(body).not.toMatch(/3f9c1d7ab2e84065|sesame/);
  const { plugins: shown, ...rest } = JSON.parse(body) as {
    readonly plugins: readonly { readonly name: string; readonly options: unknown }[];
  };
  expect(shown.find(({ name }) => name === 'decision-trail')!.options).toMatchObject({
    secret: '***',
    keep: 100,
  });
  expect(JSON.stringify(shown)).toContain('"X-Plain":"seen"');
  expect(rest).toMatchObject({
    routes: [{ headers: { 'x-mode': '/^a+$/i' } }],
    limits: { maxHeadBytes: 9_999, keepAliveTimeoutMs: 75_000 },
    drainTimeoutMs: 30_000,
    upstreams: { origin: { maxConnections: 512 } },
  });
});

test('its own token is not shown', async () => {
  const { gateway, api } = await startWithAdmin({ token });
  const response = await api.fetch('/config', { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  expect(response.body).not.toContain(token);
  expect(JSON.stringify(gateway.logLines)).not.toContain(token);
});

test('trails are listed, the newest first, and found by exchange', async () => {
  const { gateway, api } = await startWithAdmin({}, { plugins: [decisionTrail({ share: 1 })] });
  for (const path of ['/1', '/2', '/3']) await gateway.fetch(path);
  const { id } = await gateway.waitForExchange(3);
  const { trails } = await api.get<{ trails: { target: string }[] }>('/trails?limit=2');
  expect(trails.map(({ target }) => target)).toEqual(['/3', '/2']);
  expect(await api.get(`/trails/${id}`)).toMatchObject({ target: '/3' });
  expect((await api.fetch('/trails?limit=0')).status).toBe(400);
});

test('incidents are listed with their causes, and none are without error-log', async () => {
  const upstreams = { app: { backends: [`http://127.0.0.1:${await unusedPort()}`] } };
  const { gateway, api } = await startWithAdmin({}, { upstreams, plugins: [errorLog()] });
  expect(await api.get('/errors')).toEqual({ errors: [] });
  await gateway.fetch('/');
  const { id } = await gateway.waitForExchange();
  const { errors } = await api.get<{ errors: object[] }>('/errors');
  expect(errors).toMatchObject([{ code: 'connect_failed', upstream: 'app', failures: 1, exchange: id }]);
  await gateway.reload({ upstreams, plugins: [admin({ port: 0 })] });
  expect(await api.get('/errors')).toEqual({ errors: [] });
});

test('metrics are read where the plugin is listed, over a reload without a gap in what was counted', async () => {
  const { gateway, api } = await startWithAdmin({ token }, { plugins: [metrics()] });
  const headers = { authorization: `Bearer ${token}` };
  await gateway.fetch('/');
  await gateway.waitForExchange();
  expect((await api.fetch('/metrics')).status).toBe(401);
  await gateway.gateway.reload();
  const answer = await api.fetch('/metrics', { headers });
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(answer.body).toMatch(/^hookway_requests_total\{.*\} 1$/m);
  await gateway.reload({ plugins: [admin({ port: 0 })] });
  expect((await api.fetch('/metrics')).status).toBe(404);
});
