import { expect, test } from 'vitest';
import { definePlugin, only, retry, Slot } from 'hookway';
import { startOrigin, startTestGateway } from 'hookway/testing';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import headers from 'hookway/plugins/headers';
import requestId from 'hookway/plugins/request-id';

test('backends get what is set, added and renamed, and not what is removed', async () => {
  const request = {
    set: { 'x-stage': 'live', 'X-Path': '{path}' },
    add: { accept: ['text/x-a', '{method}'] },
    rename: { 'x-old': 'X-New' },
    remove: ['x-debug'],
  };
  await using gateway = await startTestGateway({ plugins: [headers({ request })] });
  const sent = { 'X-Stage': 'forged', 'x-path': 'forged', accept: '*/*', 'x-old': '1', 'x-debug': '1' };
  await gateway.fetch('/a/b?c', { headers: sent });
  const backend = gateway.origin.requests[0]!;
  expect(backend.header('x-stage')).toBe('live');
  expect(backend.header('x-path')).toBe('/a/b');
  expect(backend.header('accept')).toMatch(/^\*\/\*, ?text\/x-a, ?GET$/);
  expect(backend.header('x-new')).toBe('1');
  expect(backend.raw.toString()).not.toMatch(/x-old|x-debug|forged/i);
});

test('templates take what is known of the exchange', async () => {
  const set = {
    'x-all':
      '{client.address} {host} {scheme} {method} {path} {query} {target} {route} {upstream} {request.header.x-in}',
    'x-id': '{request-id}',
    'x-port': '{client.port}',
  };
  await using origin = await startOrigin();
  await using gateway = await startTestGateway({
    plugins: [requestId(), headers({ request: { set } })],
    upstreams: { app: { backends: [origin.url] } },
    routes: [{ name: 'all', upstream: 'app' }],
  });
  const response = await gateway.fetch('/a?b=c', { headers: { host: 'Example.com:81', 'x-in': 'in' } });
  const backend = origin.requests[0]!;
  expect(backend.header('x-all')).toBe('127.0.0.1 Example.com:81 http GET /a b=c /a?b=c all app in');
  expect(backend.header('x-id')).toBe(response.headers['x-request-id']);
  expect(backend.header('x-port')).toMatch(/^[0-9]+$/);
});

test('the client is the one that trusted proxies name', async () => {
  const plugins = [
    forwardedHeaders({ trust: ['loopback'] }),
    headers({ request: { set: { 'x-client': '{client.address} {scheme} {host}' } } }),
  ];
  await using gateway = await startTestGateway({ plugins });
  const sent = {
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'shop.example',
  };
  await gateway.fetch('/', { headers: sent });
  expect(gateway.origin.requests[0]!.header('x-client')).toBe('203.0.113.7 https shop.example');
});

test('clients get changes of responses, by the status where one is asked for', async () => {
  const response = [
    { set: { 'x-served-by': '{backend} {status} {response.header.server}' }, remove: ['server'] },
    { status: '5xx', set: { 'x-sorry': 'yes' } },
  ];
  await using gateway = await startTestGateway({
    plugins: [headers({ response })],
    origin: [{ headers: { Server: 'nginx' } }, { status: 503, headers: { Server: 'nginx' } }],
  });
  const host = new URL(gateway.origin.url).host;
  const good = (await gateway.fetch('/')).headers;
  expect([good['x-served-by'], good['x-sorry'], good['server']]).toEqual([
    `${host} 200 nginx`,
    undefined,
    undefined,
  ]);
  const bad = (await gateway.fetch('/')).headers;
  expect([bad['x-served-by'], bad['x-sorry']]).toEqual([`${host} 503 nginx`, 'yes']);
});

test('answers of the gateway itself are changed as well', async () => {
  const response = { status: 404, set: { 'x-route': '<{route}{backend}>' } };
  await using gateway = await startTestGateway({ plugins: [headers({ response })], routes: [] });
  expect((await gateway.fetch('/')).headers['x-route']).toBe('<>');
});

test('each backend is told its own name, also behind one that failed', async () => {
  await using broken = await startOrigin({ cutAt: 0, ending: 'reset' });
  await using sound = await startOrigin();
  const retryOnce = definePlugin({
    name: 'retry-once',
    setup({ hooks }) {
      hooks.selectBackend.tap((candidates, { attempts }) => candidates.slice(attempts.length));
      hooks.onBackendError.tap(() => retry());
    },
  });
  await using gateway = await startTestGateway({
    plugins: [retryOnce(), headers({ request: { set: { 'x-backend': '{backend}' } } })],
    upstreams: { app: { backends: [broken.url, sound.url] } },
  });
  await gateway.fetch('/', { headers: { 'x-backend': 'forged' } });
  expect(broken.requests[0]!.header('x-backend')).toBe(new URL(broken.url).host);
  expect(sound.requests[0]!.header('x-backend')).toBe(new URL(sound.url).host);
});

test('slots and functions give values in TypeScript', async () => {
  const Tenant = new Slot<string>('tenant');
  const tenant = definePlugin({
    name: 'tenant',
    setup: ({ hooks }) => hooks.onRequest.tap((exchange) => exchange.set(Tenant, exchange.inbound.query!)),
  });
  const set = {
    'x-tenant': '<{tenant}>',
    'x-length': ({ inbound }: { inbound: { path: string } }) => String(inbound.path.length),
  };
  await using gateway = await startTestGateway({
    plugins: [tenant(), headers({ request: { set }, values: { tenant: Tenant } })],
  });
  await gateway.fetch('/abc?acme');
  const backend = gateway.origin.requests[0]!;
  expect([backend.header('x-tenant'), backend.header('x-length')]).toEqual(['<acme>', '4']);
});

test('nothing that a client sends breaks a message apart or fails the exchange', async () => {
  const Decoded = new Slot<string>('decoded');
  const decode = definePlugin({
    name: 'decode',
    setup: ({ hooks }) =>
      hooks.onRequest.tap((exchange) => exchange.set(Decoded, decodeURIComponent(exchange.inbound.query!))),
  });
  const set = { 'x-decoded': '{decoded}', 'x-raw': '{query} {request.header.x-in}' };
  await using gateway = await startTestGateway({
    plugins: [decode(), headers({ request: { set }, response: { set }, values: { decoded: Decoded } })],
  });
  const response = await gateway.fetch('/?a%0D%0AX-Evil:%201%00%E2%82%AC', { headers: { 'x-in': '\u00ff' } });
  expect(response.status).toBe(200);
  expect(response.headers['x-decoded']).toBe('a%0D%0AX-Evil: 1%00%E2%82%AC');
  expect(response.headers['x-raw']).toBe('a%0D%0AX-Evil:%201%00%E2%82%AC \u00ff');
  expect(gateway.origin.requests[0]!.header('x-evil')).toBeUndefined();
});

test('listed twice, for some routes only, each does its part', async () => {
  await using origin = await startOrigin();
  await using gateway = await startTestGateway({
    plugins: [
      headers({ response: { set: { 'x-all': 'yes' } } }),
      only({ routes: ['api'] }, headers({ response: { set: { 'x-api': 'yes' } } })),
    ],
    upstreams: { app: { backends: [origin.url] } },
    routes: [{ name: 'api', path: '/api/*', upstream: 'app' }, { upstream: 'app' }],
  });
  const [api, other] = [await gateway.fetch('/api/x'), await gateway.fetch('/x')];
  expect([api.headers['x-all'], api.headers['x-api']]).toEqual(['yes', 'yes']);
  expect([other.headers['x-all'], other.headers['x-api']]).toEqual(['yes', undefined]);
});
