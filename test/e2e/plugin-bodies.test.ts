import { createHash, randomBytes } from 'node:crypto';
import { Duplex, Transform } from 'node:stream';
import { createGzip, gunzipSync } from 'node:zlib';
import { definePlugin, type Exchange, only, type PluginEntry, respond, retry } from 'hookway';
import { type OriginAnswer, startTestGateway } from 'hookway/testing';
import { expect, test } from 'vitest';
import { Gate } from './gate.ts';
import { get, post, requestText } from './wire.ts';

/** A plugin that acts on requests before they are sent. */
function onRequest(act: (exchange: Exchange) => unknown, name = 'on-request'): PluginEntry {
  return definePlugin({
    name,
    setup({ hooks }) {
      hooks.onRequest.tapPromise(async (exchange) => void (await act(exchange)));
    },
  })();
}

/** A plugin that acts on responses before they are sent. */
function onResponse(act: (exchange: Exchange) => unknown, name = 'on-response'): PluginEntry {
  return definePlugin({
    name,
    setup({ hooks }) {
      hooks.onResponse.tapPromise(async (exchange) => void (await act(exchange)));
    },
  })();
}

function mapping(map: (text: string) => string): Transform {
  return new Transform({
    transform: (bytes: Buffer, _encoding, done) => done(null, map(bytes.toString())),
    flush(done) {
      done(null, '.');
    },
  });
}

const upper = (): Transform => mapping((text) => text.toUpperCase());
const doubled = (): Transform => mapping((text) => text + text);

test('a request body goes through a Transform', async () => {
  await using gateway = await startTestGateway({
    plugins: [onRequest(({ outbound }) => outbound.body.through(upper()))],
  });
  expect((await gateway.fetch('/', { method: 'POST', body: 'hello' })).status).toBe(200);
  const [request] = gateway.origin.requests;
  expect([request!.text, request!.header('transfer-encoding'), request!.header('content-length')]).toEqual([
    'HELLO.',
    'chunked',
    undefined,
  ]);
});

test('a response body goes through a Transform', async () => {
  await using gateway = await startTestGateway({
    plugins: [onResponse(({ response }) => response!.body.through(upper()))],
    origin: { body: 'hello', trailers: { X: '1' } },
  });
  const response = await gateway.fetch('/');
  expect([response.body, response.headers['content-length']]).toEqual(['HELLO.', undefined]);
});

test('Transforms of several plugins are stacked in their order', async () => {
  await using gateway = await startTestGateway({
    plugins: [
      onRequest(({ outbound }) => outbound.body.through(upper()), 'first'),
      onRequest(({ outbound }) => outbound.body.through(doubled()), 'second'),
    ],
  });
  await gateway.fetch('/', { method: 'POST', body: 'ab' });
  expect(gateway.origin.requests[0]!.text).toBe('ABAB...');
});

test('a Transform of a response without body is let go, and its length is not told to HEAD', async () => {
  const transforms: Transform[] = [];
  const plugin = onResponse(({ response }) => {
    transforms.push(upper());
    response!.body.through(transforms.at(-1)!);
  });
  await using gateway = await startTestGateway({
    plugins: [plugin],
    origin: [{ status: 204 }, { body: '' }, { body: 'head' }],
  });
  using client = await gateway.connect();
  client.send(get() + get() + requestText('HEAD', '/') + get());
  expect((await client.readResponse()).status).toBe(204);
  expect((await client.readResponse()).text).toBe('');
  const head = await client.readResponse({ to: 'HEAD' });
  expect([head.status, head.header('content-length')]).toEqual([200, undefined]);
  expect((await client.readResponse()).text).toBe('HEAD.');
  expect(transforms.map(({ destroyed }) => destroyed)).toEqual([true, true, true, true]);
});

test('a large body passes a compressing Transform in both directions unchanged', async () => {
  const bytes = Buffer.concat([randomBytes(2_000_000), Buffer.alloc(6_000_000, 'compressible')]);
  await using gateway = await startTestGateway({
    plugins: [
      onRequest(({ outbound }) => outbound.body.through(createGzip({ level: 1 }))),
      onResponse(({ response }) => response!.body.through(createGzip({ level: 1 }))),
    ],
    origin: { body: bytes },
  });
  const response = await gateway.fetch('/', { method: 'POST', body: bytes });
  const digest = (data: Buffer): string => createHash('sha1').update(data).digest('hex');
  expect(digest(gunzipSync(gateway.origin.requests[0]!.body))).toBe(digest(bytes));
  expect(digest(gunzipSync(response.bytes))).toBe(digest(bytes));
});

const broken = (): Transform =>
  new Transform({ transform: (_bytes, _encoding, done) => done(new Error('cannot transform')) });

test('a Transform that fails on the request gives 500, and the backend no whole request', async () => {
  await using gateway = await startTestGateway({
    plugins: [onRequest(({ outbound }) => outbound.body.through(broken()))],
  });
  const response = await gateway.fetch('/', { method: 'POST', body: 'hello' });
  expect([response.status, response.json()]).toEqual([
    500,
    expect.objectContaining({ code: 'plugin_failed' }),
  ]);
  await gateway.origin.waitForNoConnections();
  expect(gateway.origin.requests.filter(({ isComplete }) => isComplete)).toEqual([]);
  await gateway.waitForLog(({ level, code }) => level === 'error' && code === 'plugin_failed');
  expect((await gateway.waitForExchange()).outcome).toMatchObject({
    endedBy: 'plugin',
    code: 'plugin_failed',
  });
});

test('a Transform that fails on the response resets the client’s connection and is logged', async () => {
  await using gateway = await startTestGateway({
    plugins: [onResponse(({ response }) => response!.body.through(broken()))],
  });
  await expect(gateway.fetch('/')).rejects.toThrow();
  expect((await gateway.waitForExchange()).outcome).toMatchObject({
    endedBy: 'plugin',
    code: 'plugin_failed',
  });
  await gateway.waitForLog(({ level, code }) => level === 'error' && code === 'plugin_failed');
});

const throwing = (): Transform =>
  new Transform({
    transform() {
      throw new Error('cannot transform');
    },
  });

/** Hands on later, so that what follows is called by the event loop. */
const late = (): Transform =>
  new Transform({
    transform: (bytes: Buffer, _encoding, done) => void setImmediate(() => done(null, bytes)),
  });

/** Hands on several chunks at once. */
const gathering = (act: () => void): Duplex =>
  new Duplex({ read() {}, write: (_bytes, _encoding, done) => void setImmediate(done), writev: act });

const routes = [{ name: 'broken', path: '/broken', upstream: 'origin' }, { upstream: 'origin' }];

test.each<[string, PluginEntry]>([
  ['a request', onRequest(({ outbound }) => outbound.body.through(throwing()))],
  ['a response', onResponse(({ response }) => response!.body.through(throwing()))],
  [
    'what another one hands on later',
    onResponse(({ response }) => {
      response!.body.through(late());
      response!.body.through(throwing());
    }),
  ],
  [
    'several chunks at once',
    onResponse(({ response }) => {
      response!.body.through(
        gathering(() => {
          throw new Error('cannot transform');
        }),
      );
    }),
  ],
  [
    'an answer of a plugin',
    definePlugin({
      name: 'answering',
      setup({ hooks }) {
        hooks.onRequest.tapPromise(() => Promise.resolve(respond(200, {}, 'hello')));
        hooks.onResponse.tap(({ response }) => response!.body.through(throwing()));
      },
    })(),
  ],
])('a Transform that throws at %s fails that exchange, and nothing else', async (_, plugin) => {
  await using gateway = await startTestGateway({
    plugins: only({ routes: ['broken'] }, plugin),
    routes,
    origin: { body: 'hello', chunked: 1 },
  });
  using client = await gateway.connect();
  client.send(post('/broken', 'hello'));
  const { outcome } = await gateway.waitForExchange();
  expect(outcome).toMatchObject({ endedBy: 'plugin', code: 'plugin_failed' });
  await gateway.waitForLog(({ level, code }) => level === 'error' && code === 'plugin_failed');
  expect((await gateway.fetch('/')).status).toBe(200);
});

test('a Transform is destroyed when the client goes away', async () => {
  const request = upper();
  const response = upper();
  await using gateway = await startTestGateway({
    plugins: [
      onRequest(({ inbound, outbound }) => inbound.path === '/up' && outbound.body.through(request)),
      onResponse(({ response: draft }) => draft!.body.through(response)),
    ],
    origin: { body: 'a part of it', cutAt: 50 },
  });
  using up = await gateway.connect();
  up.send(`${requestText('POST', '/up', 'Content-Length: 100')}part`);
  await gateway.origin.waitForRequest();
  using down = await gateway.connect();
  down.send(get('/down'));
  await down.waitForText('A PART');
  up.close();
  down.close();
  await expect.poll(() => [request.closed, response.closed], { interval: 5 }).toEqual([true, true]);
});

test('a Transform is destroyed when its body is not sent: replaced, too long to read, or lost to a failure', async () => {
  const reactions: Readonly<Record<string, (exchange: Exchange) => unknown>> = {
    '/replaced': ({ response }) => response!.body.replace('other'),
    '/too-long': ({ response }) => response!.body.buffer(3),
    '/failed': () => Promise.reject(new Error('broken')),
  };
  for (const [path, react] of Object.entries(reactions)) {
    const transform = upper();
    await using gateway = await startTestGateway({
      plugins: [
        onResponse(({ response, inbound }) => inbound.path === path && response!.body.through(transform)),
        onResponse(react, 'second'),
      ],
      origin: { body: 'as it was', chunked: true },
    });
    await gateway.fetch(path);
    await expect.poll(() => transform.closed, { interval: 5, message: path }).toBe(true);
  }
});

test('a buffered body is sent on with its length, and nothing hangs', async () => {
  let seen = '';
  await using gateway = await startTestGateway({
    plugins: [
      onRequest(async ({ outbound }) => {
        seen = (await outbound.body.buffer(1_000)).toString();
      }),
    ],
  });
  using client = await gateway.connect();
  client.send(requestText('POST', '/', 'Transfer-Encoding: chunked'));
  await client.sendInPieces('5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n', 4);
  expect((await client.readResponse()).text).toBe('ok');
  const [request] = gateway.origin.requests;
  expect([seen, request!.text, request!.header('content-length')]).toEqual([
    'hello world',
    'hello world',
    '11',
  ]);
});

test('a buffered response is sent on with its length', async () => {
  let seen = '';
  await using gateway = await startTestGateway({
    plugins: [
      onResponse(async ({ response }) => {
        seen = (await response!.body.buffer(1_000)).toString();
      }),
    ],
    origin: { body: 'hello', chunked: 2 },
  });
  const response = await gateway.fetch('/');
  expect([seen, response.body, response.headers['content-length']]).toEqual(['hello', 'hello', '5']);
});

test('a body that does not arrive before the plugin asks for it is waited for, with a 100 of the gateway', async () => {
  await using gateway = await startTestGateway({
    plugins: [onRequest(({ outbound }) => outbound.body.buffer(10))],
  });
  using client = await gateway.connect();
  client.send(requestText('POST', '/', 'Content-Length: 4', 'Expect: 100-continue'));
  expect((await client.readOne()).status).toBe(100);
  client.send('body');
  expect((await client.readResponse()).status).toBe(200);
  const [request] = gateway.origin.requests;
  expect([request!.text, request!.header('expect')]).toEqual(['body', undefined]);
});

test.each([
  ['with a length', post('/', 'twelve bytes')],
  ['in chunks', `${requestText('POST', '/', 'Transfer-Encoding: chunked')}c\r\ntwelve bytes\r\n0\r\n\r\n`],
])('a body %s beyond the limit of a buffer gives 413', async (_, bytes) => {
  await using gateway = await startTestGateway({
    plugins: [onRequest(({ outbound }) => outbound.body.buffer(11))],
  });
  using client = await gateway.connect();
  client.send(bytes);
  const response = await client.readResponse();
  expect([response.status, JSON.parse(response.text)]).toEqual([
    413,
    expect.objectContaining({ code: 'body_limit_exceeded' }),
  ]);
  expect(gateway.origin.requests).toHaveLength(0);
  expect((await gateway.waitForExchange()).outcome).toMatchObject({
    plugin: 'on-request',
    hook: 'onRequest',
  });
});

test.each([
  ['with a length', {}],
  ['in chunks', { chunked: 3 }],
])('a response %s beyond the limit of a buffer gives 502', async (_, framing) => {
  await using gateway = await startTestGateway({
    plugins: [onResponse(({ response }) => response!.body.buffer(11))],
    origin: { body: 'twelve bytes', ...framing },
  });
  const response = await gateway.fetch('/');
  expect([response.status, response.json()]).toEqual([
    502,
    expect.objectContaining({ code: 'response_too_large' }),
  ]);
});

test('a plugin may lower the limit of a body that passes', async () => {
  await using gateway = await startTestGateway({
    plugins: [onRequest(({ outbound }) => outbound.body.limit(5))],
  });
  expect((await gateway.fetch('/', { method: 'POST', body: '12345' })).status).toBe(200);
  expect((await gateway.fetch('/', { method: 'POST', body: '123456' })).status).toBe(413);
  using client = await gateway.connect();
  client.send(`${requestText('POST', '/', 'Transfer-Encoding: chunked')}6\r\n123456\r\n0\r\n\r\n`);
  const response = await client.readResponse();
  expect([response.status, JSON.parse(response.text)]).toEqual([
    413,
    expect.objectContaining({ code: 'body_too_large' }),
  ]);
});

test('a replaced request body is sent instead, with its length', async () => {
  await using gateway = await startTestGateway({
    plugins: [onRequest(({ outbound }) => outbound.body.replace('instead'))],
  });
  using client = await gateway.connect();
  client.send(post('/1', 'what came') + get('/2') + get('/3'));
  for (let i = 0; i < 3; i++) expect((await client.readResponse()).status).toBe(200);
  const { requests } = gateway.origin;
  expect(requests.map(({ target, text }) => [target, text])).toEqual([
    ['/1', 'instead'],
    ['/2', 'instead'],
    ['/3', 'instead'],
  ]);
  expect(requests[0]!.header('content-length')).toBe('7');
});

test('a replaced response body is sent instead, with its length, also to HEAD', async () => {
  await using gateway = await startTestGateway({
    plugins: [onResponse(({ response }) => response!.body.replace(Buffer.from('instead')))],
    origin: { body: 'what came' },
  });
  using client = await gateway.connect();
  client.send(get() + requestText('HEAD', '/') + get());
  expect((await client.readResponse()).text).toBe('instead');
  expect((await client.readResponse({ to: 'HEAD' })).header('content-length')).toBe('7');
  expect((await client.readResponse()).text).toBe('instead');
});

test('the second reader of a body gets an error that names the first', async () => {
  await using gateway = await startTestGateway({
    plugins: [
      onRequest(({ outbound }) => outbound.body.buffer(100), 'first-reader'),
      onRequest(({ outbound }) => outbound.body.buffer(100), 'second-reader'),
    ],
  });
  const response = await gateway.fetch('/', { method: 'POST', body: 'hello' });
  expect([response.status, response.json()]).toEqual([500, expect.objectContaining({ code: 'body_taken' })]);
  const line = await gateway.waitForLog(({ code }) => code === 'body_taken');
  expect(line).toMatchObject({ plugin: 'second-reader', hook: 'onRequest' });
  expect(line.msg).toContain('first-reader');
});

test('a body that is on its way can no longer be read, replaced or transformed', async () => {
  const errors: unknown[] = [];
  await using gateway = await startTestGateway({
    plugins: [
      onResponse(async ({ outbound: { body } }) => {
        await body.buffer(10).catch((error: unknown) => errors.push(error));
        for (const late of [() => body.replace('x'), () => body.through(upper())]) {
          try {
            late();
          } catch (error) {
            errors.push(error);
          }
        }
      }),
    ],
  });
  const response = await gateway.fetch('/', { method: 'POST', body: 'hello' });
  expect(response.status).toBe(200);
  expect(errors).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ code: 'body_taken' })));
});

test('a body in memory is sent again by a retry, a stream is not', async () => {
  const answers: OriginAnswer[] = [{ cutAt: 0, ending: 'reset' }, { body: 'taken' }];
  const retrying = definePlugin({
    name: 'retrying',
    setup({ hooks }) {
      hooks.onBackendError.tap(() => retry());
    },
  });
  const buffering = onRequest(
    ({ inbound, outbound }) => inbound.path === '/memory' && outbound.body.buffer(100),
  );
  await using gateway = await startTestGateway({ plugins: [retrying(), buffering], origin: answers });
  const init = { method: 'PUT', body: 'hello' };
  expect((await gateway.fetch('/memory', init)).body).toBe('taken');
  expect(gateway.origin.requests.map(({ text }) => text)).toEqual(['hello', 'hello']);
  gateway.origin.script = { cutAt: 0, ending: 'reset' };
  expect((await gateway.fetch('/stream', init)).status).toBe(502);
  expect(gateway.origin.requests).toHaveLength(3);
});

test.each(['relayed', 'read', 'transformed'])(
  'a backend that dies while a plugin is at work gives no whole response, later %s',
  async (kind) => {
    const gate = new Gate();
    await using gateway = await startTestGateway({
      plugins: [
        onResponse(async ({ response }) => {
          await gate.opened;
          if (kind === 'read') await response!.body.buffer(1_000);
          if (kind === 'transformed') response!.body.through(upper());
        }),
      ],
      origin: { body: 'x'.repeat(100), cutAt: 60, ending: 'reset' },
    });
    const answer = gateway.fetch('/').then(
      ({ status }) => status,
      () => 'broke off',
    );
    await gateway.origin.waitForRequest();
    await gateway.origin.waitForNoConnections();
    await new Promise((resolve) => setTimeout(resolve, 20));
    gate.open();
    expect(await answer).toBe(kind === 'read' ? 502 : 'broke off');
    expect((await gateway.waitForExchange()).outcome).toMatchObject({ code: 'response_truncated' });
  },
);
