import { startOrigin, startTestGateway } from 'hookway/testing';
import { expect, test } from 'vitest';
import { get, post, requestText } from './wire.ts';

test('an origin-form target arrives as it was sent', async () => {
  await using gateway = await startTestGateway();
  using client = await gateway.connect();
  const target = '/a%2Fb/%7Ec//d;x=1/?q=a%20b&q=%C3%A4?#'.replace('#', '');
  client.send(get(target));
  await client.readResponse();
  expect(gateway.origin.requests[0]!.startLine).toBe(`GET ${target} HTTP/1.1`);
});

test('an absolute-form target decides the Host and arrives as a path', async () => {
  await using gateway = await startTestGateway();
  using client = await gateway.connect();
  client.send(get('http://b.example:81/x?y'));
  client.send(get('HTTP://b.example'));
  client.send(requestText('OPTIONS', 'http://b.example'));
  for (let i = 0; i < 3; i++) await client.readResponse();
  const { requests } = gateway.origin;
  expect(requests.map(({ startLine }) => startLine)).toEqual([
    'GET /x?y HTTP/1.1',
    'GET / HTTP/1.1',
    'OPTIONS * HTTP/1.1',
  ]);
  expect(requests.map((request) => request.header('host'))).toEqual([
    'b.example:81',
    'b.example',
    'b.example',
  ]);
});

test('an asterisk-form target arrives as it was sent', async () => {
  await using gateway = await startTestGateway();
  using client = await gateway.connect();
  client.send(requestText('OPTIONS', '*'));
  expect((await client.readResponse()).status).toBe(200);
  expect(gateway.origin.requests[0]!.startLine).toBe('OPTIONS * HTTP/1.1');
});

test.each(['/a/../b', '/a/%2e%2E/b', '/%2e', '/a%2f..%2fb', '/a/..;x/b', '/%zz', '/%00'])(
  'the path %s, which servers read differently, is refused',
  async (path) => {
    await using gateway = await startTestGateway();
    using client = await gateway.connect();
    client.send(get(path));
    expect((await client.readResponse()).status).toBe(400);
    expect(gateway.origin.requests).toHaveLength(0);
  },
);

test('fields arrive with their case, order and repetitions, in both directions', async () => {
  const fields = [
    ['X-b', '1'],
    ['x-A', '2'],
    ['Set-Cookie', 'a=1'],
    ['X-B', '3'],
    ['set-cookie', 'b=2'],
    ['X-Latin', '\u00e4\u00f6'],
  ] as const;
  await using gateway = await startTestGateway({ origin: { headers: fields, body: 'ok' } });
  using client = await gateway.connect();
  client.send(get('/', ...fields.map(([name, value]) => `${name}: ${value}`)));
  const response = await client.readResponse();
  expect(gateway.origin.requests[0]!.headers.filter(([name]) => name !== 'Host')).toEqual(fields);
  expect(response.headers.slice(0, fields.length)).toEqual(fields);
});

test('hop-by-hop fields and those that Connection names are not passed on, in either direction', async () => {
  const hopByHop = ['Keep-Alive: timeout=5', 'Proxy-Connection: x', 'TE: gzip', 'X-Mine: 1', 'Upgrade: x'];
  const connection = 'Connection: keep-alive, X-mine';
  await using gateway = await startTestGateway({
    origin: {
      raw: `HTTP/1.1 200 OK\r\n${connection}\r\n${hopByHop.join('\r\n')}\r\nX-Kept: 1\r\nContent-Length: 2\r\n\r\nok`,
    },
  });
  using client = await gateway.connect();
  client.send(get('/', connection, ...hopByHop, 'X-Kept: 1'));
  const response = await client.readResponse();
  const names = (headers: readonly (readonly [string, string])[]): string[] => headers.map(([name]) => name);
  expect(names(gateway.origin.requests[0]!.headers)).toEqual(['Host', 'X-Kept']);
  expect(names(response.headers).sort()).toEqual(['Content-Length', 'Date', 'X-Kept']);
});

test.each(['GET', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND'])(
  'the body of %s arrives, and the next request on the connection is the next request',
  async (method) => {
    await using gateway = await startTestGateway();
    using client = await gateway.connect();
    const smuggled = get('/smuggled');
    client.send(requestText(method, '/a', `Content-Length: ${smuggled.length}`) + smuggled + get('/b'));
    await client.readResponse();
    await client.readResponse();
    const { requests } = gateway.origin;
    expect(requests.map(({ target }) => target)).toEqual(['/a', '/b']);
    expect(requests[0]!.text).toBe(smuggled);
  },
);

test('a chunked request body arrives chunked, without extensions, with its trailers', async () => {
  await using gateway = await startTestGateway();
  using client = await gateway.connect();
  client.send(requestText('POST', '/', 'Transfer-Encoding: chunked', 'Trailer: X-Sum'));
  await client.sendInPieces('4;ext=1\r\nwiki\r\n5\r\npedia\r\n0\r\nX-Sum: 9\r\n\r\n', 3);
  expect((await client.readResponse()).status).toBe(200);
  const request = gateway.origin.requests[0]!;
  expect(request.header('transfer-encoding')).toBe('chunked');
  expect(request.text).toBe('wikipedia');
  expect(request.raw.includes('ext')).toBe(false);
  expect(request.trailers).toEqual([['X-Sum', '9']]);
});

test('trailers of a response arrive, and TE: trailers is told to the backend', async () => {
  await using gateway = await startTestGateway({
    origin: { body: 'with trailers', trailers: { 'Grpc-Status': '0', 'X-Sum': '13' } },
  });
  const response = await gateway.fetch('/', { headers: { te: 'trailers' } });
  expect(response.body).toBe('with trailers');
  expect(response.trailers).toEqual({ 'grpc-status': '0', 'x-sum': '13' });
  expect(gateway.origin.requests[0]!.header('te')).toBe('trailers');
});

test.each([
  ['one chunk', true],
  ['chunks of one byte', 1],
] as const)('a response in %s arrives whole, and the connections stay', async (_, chunked) => {
  const body = 'x'.repeat(300);
  await using gateway = await startTestGateway({ origin: { body, chunked } });
  using client = await gateway.connect();
  for (let i = 0; i < 2; i++) {
    client.send(get());
    expect((await client.readResponse()).text).toBe(body);
  }
  expect(gateway.origin.connections).toHaveLength(1);
});

test('a response that ends with the connection arrives chunked, and the client’s connection stays', async () => {
  await using gateway = await startTestGateway({ origin: { body: 'until close', contentLength: false } });
  using client = await gateway.connect();
  for (let i = 0; i < 2; i++) {
    client.send(get());
    const response = await client.readResponse();
    expect(response.text).toBe('until close');
    expect(response.header('transfer-encoding')).toBe('chunked');
  }
});

test('a response that arrives byte by byte arrives whole', async () => {
  await using gateway = await startTestGateway({
    origin: { body: 'slowly', trailers: { 'X-End': '1' }, drip: { bytes: 1, everyMs: 0 } },
  });
  const response = await gateway.fetch('/');
  expect(response.body).toBe('slowly');
  expect(response.trailers).toEqual({ 'x-end': '1' });
});

test('a response to HEAD keeps its length and has no body', async () => {
  await using gateway = await startTestGateway({ origin: { body: 'twelve bytes' } });
  using client = await gateway.connect();
  for (let i = 0; i < 2; i++) {
    client.send(requestText('HEAD', '/'));
    const response = await client.readResponse({ to: 'HEAD' });
    expect(response.header('content-length')).toBe('12');
  }
  client.send(get());
  expect((await client.readResponse()).text).toBe('twelve bytes');
  expect(gateway.origin.connections).toHaveLength(1);
});

test.each([
  [204, undefined],
  [304, '"etag"'],
] as const)('a response of %i has no body, and the connection stays', async (status, etag) => {
  await using gateway = await startTestGateway({
    origin: [{ status, headers: etag === undefined ? {} : { ETag: etag } }, { body: 'next' }],
  });
  using client = await gateway.connect();
  client.send(get());
  const response = await client.readResponse();
  expect([response.status, response.header('etag')]).toEqual([status, etag]);
  expect(response.header('content-length')).toBeUndefined();
  client.send(get());
  expect((await client.readResponse()).text).toBe('next');
});

test('a 304 keeps the length that it was told with', async () => {
  await using gateway = await startTestGateway({ origin: { status: 304, contentLength: 1_234 } });
  using client = await gateway.connect();
  client.send(get());
  expect((await client.readResponse()).header('content-length')).toBe('1234');
});

test('103 Early Hints reach an HTTP/1.1 client and not an HTTP/1.0 client', async () => {
  const interim = [{ status: 103, headers: { Link: '</a.css>; rel=preload' } }, { status: 102 }] as const;
  await using gateway = await startTestGateway({ origin: { interim, body: 'ok' } });
  using client = await gateway.connect();
  client.send(get());
  const response = await client.readResponse();
  expect(response.interim.map(({ status }) => status)).toEqual([103, 102]);
  expect(response.interim[0]!.header('link')).toBe('</a.css>; rel=preload');
  using old = await gateway.connect();
  old.send('GET / HTTP/1.0\r\n\r\n');
  expect((await old.readResponse()).interim).toEqual([]);
});

test('an interim response arrives before the final one exists', async () => {
  await using origin = await startOrigin(({ connection }) => {
    connection.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n');
  });
  await using gateway = await startTestGateway({ origin });
  using client = await gateway.connect();
  client.send(get());
  expect((await client.readOne()).status).toBe(103);
  origin.connections[0]!.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  expect((await client.readResponse()).text).toBe('ok');
});

test('a bodiless POST is told to have no body', async () => {
  await using gateway = await startTestGateway();
  using client = await gateway.connect();
  client.send(post('/', ''));
  await client.readResponse();
  expect(gateway.origin.requests[0]!.header('content-length')).toBe('0');
});

test('host: backend and host: text send another Host than the client’s', async () => {
  await using origin = await startOrigin();
  const backends = [origin.url];
  await using gateway = await startTestGateway({
    upstreams: {
      client: { backends },
      backend: { backends, host: 'backend' },
      text: { backends, host: 'c.example:8' },
    },
    routes: ['client', 'backend', 'text'].map((upstream) => ({ upstream, path: `/${upstream}` })),
  });
  using client = await gateway.connect();
  for (const path of ['/client', '/backend', '/text']) {
    client.send(get(path));
    await client.readResponse();
  }
  const hosts = origin.requests.map((request) => request.header('host'));
  expect(hosts).toEqual(['a.example', origin.authority, 'c.example:8']);
});
