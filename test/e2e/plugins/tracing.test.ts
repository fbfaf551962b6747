import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { definePlugin, respond } from 'hookway';
import { startOrigin, startTestGateway, type TestGatewayOptions, unusedPort } from 'hookway/testing';
import fallback from 'hookway/plugins/fallback';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import retry from 'hookway/plugins/retry';
import rewrite from 'hookway/plugins/rewrite';
import tracing, { ServerSpan, TraceId } from 'hookway/plugins/tracing';
import { parentField, registerSdk } from './tracing-sdk.ts';

async function start(options: TestGatewayOptions = {}) {
  const gateway = await startTestGateway({ plugins: [tracing()], ...options });
  onTestFinished(() => gateway.close());
  return gateway;
}

const unset = { code: SpanStatusCode.UNSET };
const failed = { code: SpanStatusCode.ERROR };
const epochMs = ([seconds, nanoseconds]: readonly [number, number]): number =>
  seconds * 1_000 + nanoseconds / 1e6;

test('an exchange is a span of the server and one of the client below it, whose backend is told', async () => {
  const sdk = registerSdk();
  const gateway = await start();
  await gateway.fetch('/a/b?x=1', { headers: { 'user-agent': 'tester/1', host: 'app.example:8080' } });
  const exchange = await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  const [client] = clients;

  expect(server.parentSpanContext).toBeUndefined();
  expect(client!.parentSpanContext?.spanId).toBe(server.spanContext().spanId);
  expect(client!.spanContext().traceId).toBe(server.spanContext().traceId);
  expect(gateway.origin.requests[0]!.header('traceparent')).toBe(parentField(client!));
  expect(exchange.get(TraceId)).toBe(server.spanContext().traceId);
  expect(exchange.get(ServerSpan)?.spanId).toBe(server.spanContext().spanId);

  expect([server.name, server.kind, server.status]).toEqual(['GET', SpanKind.SERVER, unset]);
  expect(server.attributes).toEqual({
    'http.request.method': 'GET',
    'url.path': '/a/b',
    'url.query': 'x=1',
    'url.scheme': 'http',
    'server.address': 'app.example',
    'server.port': 8080,
    'client.address': '127.0.0.1',
    'network.peer.address': '127.0.0.1',
    'network.peer.port': exchange.connection.remotePort,
    'network.protocol.version': '1.1',
    'user_agent.original': 'tester/1',
    'http.response.status_code': 200,
    'hookway.upstream': 'origin',
  });
  expect([client!.name, client!.kind, client!.status]).toEqual(['GET', SpanKind.CLIENT, unset]);
  expect(client!.attributes).toEqual({
    'http.request.method': 'GET',
    'server.address': '127.0.0.1',
    'server.port': gateway.origin.port,
    'network.peer.address': '127.0.0.1',
    'network.peer.port': gateway.origin.port,
    'url.full': `${gateway.origin.url}/a/b?x=1`,
    'http.response.status_code': 200,
    'hookway.upstream': 'origin',
    'hookway.backend': gateway.origin.authority,
  });
});

test('spans are within each other, on the wall clock', async () => {
  const beforeMs = Date.now();
  const sdk = registerSdk();
  const gateway = await start();
  await gateway.fetch('/');
  const { timings } = await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  const [begun, ended] = [epochMs(server.startTime), epochMs(server.endTime)];
  expect(begun).toBeGreaterThan(beforeMs - 2);
  expect(ended).toBeLessThan(Date.now() + 2);
  expect(ended - begun).toBeCloseTo(timings.completedAtMs - timings.startedAtMs, 2);
  expect(epochMs(clients[0]!.startTime)).toBeGreaterThanOrEqual(begun);
  expect(epochMs(clients[0]!.endTime)).toBeLessThanOrEqual(ended);
});

test.each([
  ['the pattern of its path', { name: 'api', path: '/api/*' }, 'GET /api/*', '/api/*'],
  ['its name where it has no path', { name: 'pages' }, 'GET pages', 'pages'],
])('a span is named after the route, by %s', async (_, route, name, attribute) => {
  const sdk = registerSdk();
  const gateway = await start({ routes: [{ ...route, upstream: 'origin' }] });
  await gateway.fetch('/api/4711');
  await gateway.waitForExchange();
  const { server } = await sdk.exchange();
  expect([server.name, server.attributes['http.route']]).toEqual([name, attribute]);
  expect(server.attributes['hookway.route']).toBe(route.name);
});

test('methods that clients make up are one name, and the original an attribute', async () => {
  const sdk = registerSdk();
  const gateway = await start();
  await gateway.fetch('/', { method: 'PURGE' });
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  for (const { name, attributes } of [server, clients[0]!]) {
    expect(name).toBe('HTTP');
    expect(attributes).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'PURGE',
    });
  }
});

test('credentials in queries are not recorded, whatever reaches the backend', async () => {
  const sdk = registerSdk();
  const gateway = await start({ plugins: [tracing({ redactQuery: ['pin'] })] });
  await gateway.fetch('/a?access_token=s3cret&pin=1234&x=1');
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  expect(server.attributes['url.query']).toBe('access_token=REDACTED&pin=REDACTED&x=1');
  expect(clients[0]!.attributes['url.full']).toBe(
    `${gateway.origin.url}/a?access_token=REDACTED&pin=REDACTED&x=1`,
  );
  expect(gateway.origin.requests[0]!.target).toBe('/a?access_token=s3cret&pin=1234&x=1');
});

test('queries can be left out of spans', async () => {
  const sdk = registerSdk();
  const gateway = await start({ plugins: [tracing({ query: false })] });
  await gateway.fetch('/a?x=1');
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  expect(server.attributes).not.toHaveProperty('url.query');
  expect(clients[0]!.attributes['url.full']).toBe(`${gateway.origin.url}/a`);
});

test.each(['before', 'behind'])('what trusted proxies say of the client counts, listed %s', async (place) => {
  const sdk = registerSdk();
  const forwarded = forwardedHeaders({ trust: ['loopback'] });
  const plugins = place === 'before' ? [forwarded, tracing()] : [tracing(), forwarded];
  const gateway = await start({ plugins });
  const headers = {
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'shop.example',
  };
  await gateway.fetch('/', { headers });
  await gateway.waitForExchange();
  expect((await sdk.exchange()).server.attributes).toMatchObject({
    'client.address': '203.0.113.9',
    'network.peer.address': '127.0.0.1',
    'url.scheme': 'https',
    'server.address': 'shop.example',
    'server.port': 443,
  });
});

test('the span of an attempt has the target that plugins made of it', async () => {
  const sdk = registerSdk();
  const gateway = await start({ plugins: [tracing(), rewrite({ stripPrefix: '/api' })] });
  await gateway.fetch('/api/users');
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  expect(server.attributes['url.path']).toBe('/api/users');
  expect(clients[0]!.attributes['url.full']).toBe(`${gateway.origin.url}/users`);
});

test('each attempt has a span of its own, and tells its backend of it', async () => {
  const sdk = registerSdk();
  const origin = await startOrigin([{ status: 503 }, { body: 'ok' }]);
  onTestFinished(() => origin.close());
  const dead = `http://127.0.0.1:${await unusedPort()}`;
  const gateway = await start({
    plugins: [tracing(), retry({ backoffMs: 0, attempts: 3 })],
    upstreams: {
      app: { backends: [dead, { url: origin.url, name: 'one' }, { url: origin.url, name: 'two' }] },
    },
  });
  expect((await gateway.fetch('/')).status).toBe(200);
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  const told = clients.map(({ attributes, status }) => [
    attributes['http.request.resend_count'],
    attributes['http.response.status_code'],
    attributes['error.type'],
    status,
  ]);
  expect(told).toEqual([
    [undefined, undefined, 'connect_failed', failed],
    [1, 503, '503', failed],
    [2, 200, undefined, unset],
  ]);
  for (const { parentSpanContext } of clients) {
    expect(parentSpanContext?.spanId).toBe(server.spanContext().spanId);
  }
  expect(origin.requests.map((request) => request.header('traceparent'))).toEqual([
    parentField(clients[1]!),
    parentField(clients[2]!),
  ]);
  const [first, second, third] = clients;
  expect(epochMs(first!.endTime)).toBeLessThanOrEqual(epochMs(second!.startTime));
  expect(epochMs(second!.endTime)).toBeLessThanOrEqual(epochMs(third!.startTime));
  expect(server.status).toEqual(unset);
});

test('a backend that cannot be reached is an error of both spans', async () => {
  const sdk = registerSdk();
  const gateway = await start({
    upstreams: { app: { backends: [`http://127.0.0.1:${await unusedPort()}`] } },
  });
  expect((await gateway.fetch('/')).status).toBe(502);
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  expect([server.status, clients.map(({ status }) => status)]).toEqual([failed, [failed]]);
  expect(server.attributes).toMatchObject({
    'http.response.status_code': 502,
    'error.type': 'connect_failed',
    'hookway.code': 'connect_failed',
  });
  expect(clients[0]!.attributes).toMatchObject({ 'error.type': 'connect_failed' });
});

test.each([
  [404, unset, undefined, failed, '404'],
  [500, failed, '500', failed, '500'],
  [302, unset, undefined, unset, undefined],
])(
  'a status of %i is judged by whose it is',
  async (status, ofServer, serverError, ofClient, clientError) => {
    const sdk = registerSdk();
    const gateway = await start({ origin: { status } });
    await gateway.fetch('/');
    await gateway.waitForExchange();
    const { server, clients } = await sdk.exchange();
    expect([server.status, server.attributes['error.type']]).toEqual([ofServer, serverError]);
    expect([clients[0]!.status, clients[0]!.attributes['error.type']]).toEqual([ofClient, clientError]);
  },
);

test('an answer of a plugin has no span of a client, and names the plugin', async () => {
  const sdk = registerSdk();
  const teapot = definePlugin({
    name: 'teapot',
    setup: ({ hooks }) => hooks.onRequest.tap(() => respond(418)),
  });
  const gateway = await start({ plugins: [teapot(), tracing()] });
  await gateway.fetch('/');
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  expect(clients).toEqual([]);
  expect(server.status).toEqual(unset);
  expect(server.attributes).toMatchObject({ 'http.response.status_code': 418, 'hookway.plugin': 'teapot' });
});

test('a request without a route has a span without one', async () => {
  const sdk = registerSdk();
  const gateway = await start({ routes: [] });
  await gateway.fetch('/');
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  expect([server.name, server.status, clients]).toEqual(['GET', unset, []]);
  expect(server.attributes).toMatchObject({ 'http.response.status_code': 404, 'hookway.code': 'no_route' });
  expect(server.attributes).not.toHaveProperty('http.route');
});

test('an attempt that a fallback covers up has failed, the exchange has not', async () => {
  const sdk = registerSdk();
  const gateway = await start({
    plugins: [tracing(), fallback({ response: { status: 200, body: 'sorry' } })],
    upstreams: { app: { backends: [`http://127.0.0.1:${await unusedPort()}`] } },
  });
  expect((await gateway.fetch('/')).status).toBe(200);
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  expect([server.status, clients[0]!.status]).toEqual([unset, failed]);
});

test('a response that breaks off is an error of both spans, whatever its status', async () => {
  const sdk = registerSdk();
  const gateway = await start({ origin: { body: 'hello', contentLength: 9, ending: 'close' } });
  await gateway.fetch('/').catch(() => undefined);
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  for (const { status, attributes } of [server, clients[0]!]) {
    expect(status).toEqual(failed);
    expect(attributes).toMatchObject({
      'http.response.status_code': 200,
      'error.type': 'response_truncated',
    });
  }
});

test('a client that goes away ends both spans, and only the attempt has failed', async () => {
  const sdk = registerSdk();
  const gateway = await start({ origin: { cutAt: 0 } });
  const client = await gateway.connect();
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await gateway.origin.waitForRequest();
  client.reset();
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  expect([server.status, server.attributes['hookway.code']]).toEqual([unset, 'client_aborted']);
  expect([clients[0]!.status, clients[0]!.attributes['error.type']]).toEqual([failed, 'client_aborted']);
  expect(server.attributes).not.toHaveProperty('http.response.status_code');
});

test('the spans of a WebSocket end when it is closed', async () => {
  const sdk = registerSdk();
  const backend = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(backend, 'listening');
  onTestFinished(() => backend.close());
  const gateway = await start({
    upstreams: { app: { backends: [`http://127.0.0.1:${(backend.address() as AddressInfo).port}`] } },
  });
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/chat`);
  await once(socket, 'open');
  expect(await sdk.spans()).toEqual([]);
  socket.close();
  await gateway.waitForExchange();
  const { server, clients } = await sdk.exchange();
  for (const { status, attributes } of [server, clients[0]!]) {
    expect(status).toEqual(unset);
    expect(attributes['http.response.status_code']).toBe(101);
  }
});

test('two gateways in a row make one trace of four spans', async () => {
  const sdk = registerSdk();
  const inner = await start();
  const outer = await start({ upstreams: { inner: { backends: [inner.url] } } });
  await outer.fetch('/');
  await Promise.all([inner.waitForExchange(), outer.waitForExchange()]);
  const spans = await sdk.spans();
  expect(spans).toHaveLength(4);
  const root = spans.find(({ parentSpanContext }) => parentSpanContext === undefined)!;
  const childOf = (parent: typeof root): typeof root =>
    spans.find((span) => span.parentSpanContext?.spanId === parent.spanContext().spanId)!;
  const chain = [root, childOf(root), childOf(childOf(root)), childOf(childOf(childOf(root)))];
  const { SERVER, CLIENT } = SpanKind;
  expect(chain.map(({ kind }) => kind)).toEqual([SERVER, CLIENT, SERVER, CLIENT]);
});
