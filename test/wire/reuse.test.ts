import { describe, expect, test } from 'vitest';
import { definePlugin, respond } from 'hookway';
import {
  type OriginRequest,
  type OriginScript,
  startOrigin,
  startTestGateway,
  unusedPort,
} from 'hookway/testing';

const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: a.example\r\n\r\n`;

describe('a pooled connection', () => {
  test('serves many clients one behind the other', async () => {
    await using gateway = await startTestGateway();
    for (let i = 0; i < 5; i++) {
      using client = await gateway.connect();
      client.send(get('/'));
      expect((await client.readResponse()).status).toBe(200);
    }
    expect(gateway.origin.connections).toHaveLength(1);
  });

  test('that the backend closes between requests is replaced without anybody noticing', async () => {
    await using gateway = await startTestGateway({ origin: [{ ending: 'close' }, {}] });
    expect((await gateway.fetch('/')).status).toBe(200);
    expect((await gateway.fetch('/')).status).toBe(200);
    expect(gateway.origin.connections).toHaveLength(2);
  });

  test.each([
    ['GET', 200],
    ['PUT', 200],
    ['DELETE', 200],
    ['POST', 502],
    ['PATCH', 502],
  ])('that dies under a %s without a body: %i', async (method, status) => {
    await using gateway = await startTestGateway({ origin: [{}, { cutAt: 0, ending: 'reset' }, {}] });
    await gateway.fetch('/');
    expect((await gateway.fetch('/', { method })).status).toBe(status);
    expect(gateway.origin.requests).toHaveLength(status === 200 ? 3 : 2);
  });

  test('that dies under a request whose body has begun is the failure of that request', async () => {
    await using gateway = await startTestGateway({ origin: [{}, { cutAt: 0, ending: 'reset' }, {}] });
    await gateway.fetch('/');
    expect((await gateway.fetch('/', { method: 'PUT', body: 'hello' })).status).toBe(502);
    expect(gateway.origin.requests).toHaveLength(2);
  });

  test('that is new and dies is the failure of the backend, not tried again', async () => {
    await using gateway = await startTestGateway({ origin: { cutAt: 0, ending: 'reset' } });
    expect((await gateway.fetch('/')).json()).toMatchObject({ status: 502, code: 'connection_lost' });
    expect(gateway.origin.connections).toHaveLength(1);
  });

  test('is not kept when the answer came before the whole request', async () => {
    await using gateway = await startTestGateway({ origin: { status: 413, isEarly: true } });
    using client = await gateway.connect();
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nhello');
    expect((await client.readResponse()).status).toBe(413);
    await gateway.origin.connections[0]!.closed();
    await client.readUntilClose();
  });
});

test('a backend that cannot be reached answers 502', async () => {
  const port = await unusedPort();
  await using gateway = await startTestGateway({
    upstreams: { app: { backends: [`http://127.0.0.1:${port}`] } },
  });
  expect((await gateway.fetch('/')).json()).toMatchObject({ status: 502, code: 'connect_failed' });
});

test.each([
  ['with a response', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'],
  ['with half a response', 'HTTP/1.1 200 OK\r\nX-Evil: '],
  ['with an interim response', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ['with an empty line', '\r\n'],
  [
    'with 408, as it is tired of waiting',
    'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
  ],
])('a backend that speaks before it is asked is not trusted: %s', async (_what, bytes) => {
  await using gateway = await startTestGateway();
  await gateway.fetch('/');
  const [idle] = gateway.origin.connections;
  idle!.write(bytes);
  await idle!.closed();
  expect(await gateway.fetch('/', { method: 'POST' })).toMatchObject({ status: 200, body: 'ok' });
  expect(gateway.origin.requests.map(({ connection }) => connection === idle)).toEqual([true, false]);
});

describe('a client that goes away', () => {
  const waiting: OriginScript = { cutAt: 0 };

  test.each([
    ['while its request is served', get('/'), waiting],
    ['in the middle of its body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhello', waiting],
    ['in the middle of the response', get('/'), { body: 'hello', contentLength: 100_000 }],
  ] as [string, string, OriginScript][])(
    '%s takes the backend’s connection with it',
    async (_when, text, origin) => {
      await using gateway = await startTestGateway({ origin });
      using client = await gateway.connect();
      client.send(text);
      await gateway.origin.waitForRequest();
      if (origin !== waiting) await client.waitForText('hello');
      client.reset();
      expect((await gateway.waitForExchange()).outcome).toMatchObject({
        endedBy: 'client',
        code: 'client_aborted',
      });
      await gateway.origin.waitForNoConnections();
    },
  );

  test('while it waits for a connection never reaches the backend', async () => {
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    await using origin = await startOrigin({ after: gate });
    const upstreams = { app: { backends: [origin.url], maxConnections: 1 } };
    await using gateway = await startTestGateway({ upstreams });
    using first = await gateway.connect();
    first.send(get('/first'));
    await origin.waitForRequest();
    using second = await gateway.connect();
    second.send(get('/second'));
    using third = await gateway.connect();
    third.send(get('/third'));
    second.reset();
    await gateway.waitForExchange();
    release();
    await first.readResponse();
    await third.readResponse();
    expect(origin.requests.map(({ target }) => target)).toEqual(['/first', '/third']);
  });
});

describe('a request body that nobody reads', () => {
  const closed = definePlugin({
    name: 'closed',
    setup: ({ hooks }) => hooks.onRequest.tap(() => respond(403)),
  });

  test('is read to its end when it is short, so that the connection stays', async () => {
    await using gateway = await startTestGateway({ plugins: [closed()] });
    using client = await gateway.connect();
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe`);
    expect((await client.readResponse()).status).toBe(403);
    client.send(`llo${get('/')}`);
    expect((await client.readResponse()).status).toBe(403);
  });

  test.each(['Content-Length: 1000000', 'Transfer-Encoding: chunked'])(
    'ends the connection when it is long: %s',
    async (framing) => {
      await using gateway = await startTestGateway({ plugins: [closed()] });
      using client = await gateway.connect();
      client.send(`POST / HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n`);
      const response = await client.readResponse();
      expect([response.status, response.header('connection')]).toEqual([403, 'close']);
      await client.readUntilClose();
    },
  );
});

test('a client connection is closed behind its last request', async () => {
  await using gateway = await startTestGateway({ limits: { maxRequestsPerConnection: 2 } });
  using client = await gateway.connect();
  client.send(get('/') + get('/') + get('/'));
  expect((await client.readResponse()).header('connection')).toBeUndefined();
  expect((await client.readResponse()).header('connection')).toBe('close');
  await client.readUntilClose();
  expect(gateway.origin.requests).toHaveLength(2);
});

describe('pipelining to a backend', () => {
  async function start(script: OriginScript) {
    const origin = await startOrigin(script);
    const app = { backends: [origin.url], pipelining: 8, maxConnections: 1 };
    const gateway = await startTestGateway({ upstreams: { app } });
    return {
      origin,
      gateway,
      [Symbol.asyncDispose]: () => Promise.all([gateway.close(), origin.close()]).then(() => {}),
    };
  }

  const all = (count: number): string[] => Array.from({ length: count }, (_, i) => `/${i}`);

  test('gives every client its own answer', async () => {
    await using running = await start(({ target }: OriginRequest) => ({ body: target }));
    const { gateway, origin } = running;
    for (let round = 0; round < 5; round++) {
      const responses = await Promise.all(all(8).map((target) => gateway.fetch(target)));
      expect(responses.map(({ body }) => body)).toEqual(all(8));
    }
    expect(origin.connections).toHaveLength(1);
  });

  test('sends those behind a failed response again', async () => {
    let failures = 0;
    await using running = await start(({ target }: OriginRequest) =>
      target === '/2' && failures++ === 0 ? { cutAt: 0, ending: 'reset' } : { body: target },
    );
    const { gateway } = running;
    await gateway.fetch('/warm');
    const responses = await Promise.all(all(8).map((target) => gateway.fetch(target)));
    expect(responses.map(({ body }) => body)).toEqual(all(8));
  });

  test('a client that goes away does not disturb the others', async () => {
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    await using running = await start(({ target }: OriginRequest) => ({ body: target, after: gate }));
    const { gateway, origin } = running;
    const clients = await Promise.all(all(4).map(() => gateway.connect()));
    for (const [i, client] of clients.entries()) client.send(get(`/${i}`));
    await origin.waitForRequest(4);
    clients[1]!.reset();
    await gateway.waitForExchange();
    release();
    for (const i of [0, 2, 3]) expect((await clients[i]!.readResponse()).text).toBe(`/${i}`);
    for (const client of clients) client.close();
  });
});
