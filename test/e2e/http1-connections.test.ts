import { RawClient, startOrigin, startTestGateway } from 'hookway/testing';
import { expect, test } from 'vitest';
import { Gate } from './gate.ts';
import { get, post, requestText } from './wire.ts';

test('requests of one client share one connection to the backend', async () => {
  await using gateway = await startTestGateway();
  using client = await gateway.connect();
  for (let i = 0; i < 20; i++) {
    client.send(get(`/${i}`));
    expect((await client.readResponse()).text).toBe('ok');
  }
  expect(gateway.origin.requests).toHaveLength(20);
  expect(gateway.origin.connections).toHaveLength(1);
});

test('clients that come one after another share one connection to the backend', async () => {
  await using gateway = await startTestGateway();
  for (let i = 0; i < 5; i++) {
    using client = await gateway.connect();
    client.send(get());
    await client.readResponse();
  }
  expect(gateway.origin.connections).toHaveLength(1);
});

test('requests at the same time get connections of their own, which are kept', async () => {
  const gate = new Gate();
  await using gateway = await startTestGateway({ origin: { after: gate.opened, body: 'ok' } });
  const answers = [1, 2, 3, 4].map((each) => gateway.fetch(`/${each}`));
  await gateway.origin.waitForRequest(4);
  expect(gateway.origin.connections).toHaveLength(4);
  gate.open();
  await Promise.all(answers);
  await Promise.all([1, 2, 3, 4].map((each) => gateway.fetch(`/${each}`)));
  expect(gateway.origin.connections).toHaveLength(4);
});

test('no more than maxConnections are opened to a backend; the other requests wait their turn', async () => {
  await using origin = await startOrigin(({ target }) => ({ body: target }));
  await using gateway = await startTestGateway({
    upstreams: { app: { backends: [origin.url], maxConnections: 2 } },
  });
  const paths = Array.from({ length: 20 }, (_, i) => `/${i}`);
  const answers = await Promise.all(paths.map((path) => gateway.fetch(path)));
  expect(answers.map(({ body }) => body)).toEqual(paths);
  expect(origin.connections).toHaveLength(2);
});

test('Connection: close of a client ends its connection, not the one to the backend', async () => {
  await using gateway = await startTestGateway();
  for (let i = 0; i < 2; i++) {
    using client = await gateway.connect();
    client.send(get('/', 'Connection: close'));
    const response = await client.readResponse();
    expect(response.header('connection')).toBe('close');
    expect(await client.readUntilClose()).toEqual(response.raw);
    expect(client.wasReset).toBe(false);
  }
  const { requests, connections } = gateway.origin;
  expect(requests.map((request) => request.header('connection'))).toEqual([undefined, undefined]);
  expect(connections).toHaveLength(1);
});

test('Connection: close of a backend ends its connection, not the one to the client', async () => {
  await using gateway = await startTestGateway({
    origin: { body: 'ok', headers: { Connection: 'close' } },
  });
  using client = await gateway.connect();
  for (let i = 0; i < 2; i++) {
    client.send(get());
    const response = await client.readResponse();
    expect(response.text).toBe('ok');
    expect(response.header('connection')).toBeUndefined();
  }
  expect(gateway.origin.connections).toHaveLength(2);
  await gateway.origin.waitForNoConnections();
});

test('an HTTP/1.0 client without keep-alive gets one answer and the end', async () => {
  await using gateway = await startTestGateway({ origin: { body: 'old' } });
  using client = await gateway.connect();
  client.send('GET / HTTP/1.0\r\n\r\n');
  const response = await client.readResponse();
  expect(response.text).toBe('old');
  expect(response.header('connection')).toBe('close');
  await client.readUntilClose();
  expect(gateway.origin.requests[0]!.startLine).toBe('GET / HTTP/1.1');
  expect(gateway.origin.requests[0]!.header('host')).toBe(gateway.origin.authority);
});

test('an HTTP/1.0 client with keep-alive keeps its connection while lengths are known', async () => {
  await using gateway = await startTestGateway();
  using client = await gateway.connect();
  for (let i = 0; i < 2; i++) {
    client.send('GET / HTTP/1.0\r\nHost: a.example\r\nConnection: keep-alive\r\n\r\n');
    const response = await client.readResponse();
    expect(response.text).toBe('ok');
    expect(response.header('connection')).toBe('keep-alive');
  }
});

test('an HTTP/1.0 client gets a chunked answer without chunks, up to the end of the connection', async () => {
  await using gateway = await startTestGateway({ origin: { body: 'in chunks', chunked: 4 } });
  using client = await gateway.connect();
  client.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
  const response = await client.readResponse();
  expect(response.text).toBe('in chunks');
  expect(response.header('transfer-encoding')).toBeUndefined();
  expect(response.header('connection')).toBe('close');
});

test('requests that a client sends ahead are answered in their order', async () => {
  await using gateway = await startTestGateway({
    origin: ({ method, target }) => ({ body: `${method} ${target}` }),
  });
  using client = await gateway.connect();
  client.send(get('/1') + post('/2', 'two') + get('/3') + requestText('DELETE', '/4') + get('/5'));
  const texts: string[] = [];
  for (let i = 0; i < 5; i++) texts.push((await client.readResponse()).text);
  expect(texts).toEqual(['GET /1', 'POST /2', 'GET /3', 'DELETE /4', 'GET /5']);
  expect((await gateway.origin.requests[1]!.completed()).text).toBe('two');
});

test('a hundred requests sent ahead are answered, however the bytes are cut', async () => {
  await using gateway = await startTestGateway({ origin: ({ target }) => ({ body: target }) });
  const all = Array.from({ length: 100 }, (_, i) => get(`/${i}`)).join('');
  for (const size of [7, 1_000, all.length]) {
    using client = await gateway.connect();
    const sent = client.sendInPieces(all, size);
    for (let i = 0; i < 100; i++) expect((await client.readResponse()).text).toBe(`/${i}`);
    await sent;
  }
});

test('maxRequestsPerConnection ends a client connection behind the last answer', async () => {
  await using gateway = await startTestGateway({ limits: { maxRequestsPerConnection: 2 } });
  using client = await gateway.connect();
  client.send(get() + get() + get());
  expect((await client.readResponse()).header('connection')).toBeUndefined();
  expect((await client.readResponse()).header('connection')).toBe('close');
  await client.readUntilClose();
  expect(gateway.origin.requests).toHaveLength(2);
});

test('a head that does not come in time is answered with 408', async () => {
  await using gateway = await startTestGateway({ limits: { headTimeoutMs: 100 } });
  using client = await gateway.connect();
  client.send('GET / HTTP/1.1\r\nHost: a.ex');
  const response = await client.readResponse();
  expect(response.status).toBe(408);
  expect(response.header('connection')).toBe('close');
  expect(JSON.parse(response.text)).toMatchObject({ status: 408, code: 'head_timeout' });
  await client.readUntilClose();
});

test('a head that comes byte by byte is timed as a whole', async () => {
  await using gateway = await startTestGateway({ limits: { headTimeoutMs: 200 } });
  using client = await gateway.connect();
  const timer = setInterval(() => client.send('x'), 20);
  client.send('GET / HTTP/1.1\r\nX: ');
  const response = await client.readResponse().finally(() => clearInterval(timer));
  expect(response.status).toBe(408);
});

test('a connection that stays silent is closed without an answer', async () => {
  await using gateway = await startTestGateway({ limits: { headTimeoutMs: 100, keepAliveTimeoutMs: 100 } });
  using silent = await gateway.connect();
  using idle = await gateway.connect();
  idle.send(get());
  const { raw } = await idle.readResponse();
  expect(await silent.readUntilClose()).toHaveLength(0);
  expect(await idle.readUntilClose()).toEqual(raw);
});

test('a connection to a backend that is idle for too long is closed', async () => {
  await using origin = await startOrigin({ body: 'ok' });
  await using gateway = await startTestGateway({
    upstreams: { app: { backends: [origin.url], keepAliveTimeoutMs: 100 } },
  });
  await gateway.fetch('/');
  await origin.waitForNoConnections();
  expect((await gateway.fetch('/')).status).toBe(200);
});

test.each(['close', 'reset'] as const)(
  'a GET on a kept connection that the backend %ss meanwhile is sent once more',
  async (ending) => {
    await using gateway = await startTestGateway({
      origin: [{ body: 'first' }, { cutAt: 0, ending }, { body: 'again' }],
    });
    expect((await gateway.fetch('/1')).body).toBe('first');
    expect((await gateway.fetch('/2')).body).toBe('again');
    const { requests, connections } = gateway.origin;
    expect(requests.map(({ target }) => target)).toEqual(['/1', '/2', '/2']);
    expect(requests[2]!.connection).toBe(connections[1]);
  },
);

test.each([
  ['POST', 'a body'],
  ['PUT', 'a body'],
  ['POST', ''],
])('a %s with the body %j is not sent twice', async (method, body) => {
  await using gateway = await startTestGateway({
    origin: [{ body: 'first' }, { cutAt: 0, ending: 'reset' }, { body: 'again' }],
  });
  await gateway.fetch('/1');
  const response = await gateway.fetch('/2', { method, body });
  expect(response.status).toBe(502);
  expect(response.json()).toMatchObject({ code: 'connection_lost' });
  expect(gateway.origin.requests).toHaveLength(2);
});

test('a kept connection that closed while it was idle is not used', async () => {
  await using gateway = await startTestGateway({ origin: { body: 'ok' } });
  await gateway.fetch('/1');
  gateway.origin.connections[0]!.end();
  await gateway.origin.connections[0]!.closed();
  expect((await gateway.fetch('/2', { method: 'POST', body: 'x' })).status).toBe(200);
  expect(gateway.origin.requests).toHaveLength(2);
});

test('a GET on a new connection that dies is the backend’s failure', async () => {
  await using gateway = await startTestGateway({ origin: { cutAt: 0, ending: 'reset' } });
  const response = await gateway.fetch('/');
  expect(response.status).toBe(502);
  expect(response.json()).toMatchObject({ code: 'connection_lost' });
  expect(gateway.origin.requests).toHaveLength(1);
});

test('a client connection beyond maxConnections is closed', async () => {
  await using gateway = await startTestGateway({ limits: { maxConnections: 1 } });
  using first = await gateway.connect();
  first.send(get());
  await first.readResponse();
  using second = await gateway.connect();
  expect(await second.readUntilClose()).toHaveLength(0);
  first.close();
  await expect
    .poll(async () => {
      using third = await RawClient.connect(gateway.port);
      third.send(get());
      return (await third.readResponse().catch(() => undefined))?.status;
    })
    .toBe(200);
});
