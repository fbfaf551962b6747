import {
  definePlugin,
  type Exchange,
  type LocalResponse,
  only,
  type PluginEntry,
  respond,
  retry,
} from 'hookway';
import { startOrigin, startTestGateway, unusedPort } from 'hookway/testing';
import { expect, test } from 'vitest';
import { get, post, requestText } from './wire.ts';

function answering(
  answer: (exchange: Exchange) => LocalResponse | undefined,
  name = 'answering',
): PluginEntry {
  return definePlugin({
    name,
    setup({ hooks }) {
      hooks.onRequest.tap((exchange) => answer(exchange));
    },
  })();
}

test('an answer from onRequest reaches the client, and no backend is asked', async () => {
  await using gateway = await startTestGateway({
    plugins: [answering(() => respond(200, { 'X-From': 'plugin' }, 'hello'))],
  });
  const response = await gateway.fetch('/');
  expect([response.status, response.body, response.headers['x-from']]).toEqual([200, 'hello', 'plugin']);
  expect(response.headers).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-length': '5',
    date: expect.any(String) as string,
  });
  expect(gateway.origin.connections).toHaveLength(0);
  const { outcome } = await gateway.waitForExchange();
  expect(outcome).toEqual({
    endedBy: undefined,
    phase: 'done',
    code: 'local_response',
    plugin: 'answering',
    hook: 'onRequest',
  });
});

test('the first answer ends the hook, and goes through onResponse of every plugin', async () => {
  const seen: string[] = [];
  const marking = definePlugin({
    name: 'marking',
    setup({ hooks }) {
      hooks.onRequest.tap(() => void seen.push('asked'));
      hooks.onResponse.tap(({ response }) => response!.fields.set('X-Source', response!.source));
    },
  });
  await using gateway = await startTestGateway({ plugins: [answering(() => respond(204)), marking()] });
  const response = await gateway.fetch('/');
  expect([response.status, response.headers['x-source'], seen]).toEqual([204, 'gateway', []]);
  expect(response.headers['content-length']).toBeUndefined();
});

test('answers from onRequest keep the connection, also when they come before the body', async () => {
  await using gateway = await startTestGateway({
    plugins: [answering(({ inbound }) => respond(200, {}, inbound.path))],
  });
  using client = await gateway.connect();
  client.send(post('/1', 'some body') + requestText('HEAD', '/2') + get('/3'));
  expect((await client.readResponse()).text).toBe('/1');
  const head = await client.readResponse({ to: 'HEAD' });
  expect([head.header('content-length'), head.text]).toEqual(['2', '']);
  client.send(requestText('POST', '/4', 'Content-Length: 4'));
  expect((await client.readResponse()).text).toBe('/3');
  expect((await client.readResponse()).text).toBe('/4');
  client.send(`body${get('/5')}`);
  expect((await client.readResponse()).text).toBe('/5');
});

test('an answer before a long body ends the connection without a reset', async () => {
  await using gateway = await startTestGateway({
    plugins: [answering(() => respond(401, {}, 'who are you?'))],
  });
  using client = await gateway.connect();
  client.send(requestText('POST', '/', 'Content-Length: 1000000'));
  client.send(Buffer.alloc(200_000));
  const response = await client.readResponse();
  expect([response.status, response.text, response.header('connection')]).toEqual([
    401,
    'who are you?',
    'close',
  ]);
  await client.readUntilClose();
  expect(client.wasReset).toBe(false);
});

const problem = { code: 'too_many', detail: 'Come back later.' };

test.each([
  ['nothing', undefined, 'application/problem+json'],
  ['anything', '*/*', 'application/problem+json'],
  ['JSON', 'application/json', 'application/problem+json'],
  ['text', 'text/plain', 'text/plain; charset=utf-8'],
  ['a browser', 'text/html,application/xhtml+xml,*/*;q=0.8', 'text/plain; charset=utf-8'],
  ['JSON rather than text', 'text/plain;q=0.5, application/json', 'application/problem+json'],
])('an error answer without body becomes problem details for who accepts %s', async (_, accept, type) => {
  await using gateway = await startTestGateway({
    plugins: [answering(() => respond(429, { 'Retry-After': '5' }, undefined, problem))],
  });
  const response = await gateway.fetch('/', accept === undefined ? {} : { headers: { accept } });
  expect([response.status, response.headers['content-type'], response.headers['retry-after']]).toEqual([
    429,
    type,
    '5',
  ]);
  const { id } = await gateway.waitForExchange();
  if (type.startsWith('text/')) {
    expect(response.body).toBe(`429 Too Many Requests: Come back later. (too_many) [${id}]\n`);
  } else {
    expect(response.json()).toEqual({
      type: 'about:blank',
      title: 'Too Many Requests',
      status: 429,
      detail: 'Come back later.',
      code: 'too_many',
      exchange: id,
    });
  }
});

test('failures of the gateway are problem details by Accept as well', async () => {
  await using gateway = await startTestGateway({ routes: [{ path: '/known', upstream: 'origin' }] });
  const json = await gateway.fetch('/unknown');
  expect([json.status, json.json()]).toEqual([
    404,
    expect.objectContaining({ status: 404, code: 'no_route' }),
  ]);
  const text = await gateway.fetch('/unknown', { headers: { accept: 'text/plain' } });
  expect(text.body).toMatch(/^404 Not Found: .* \(no_route\) \[\S+\]\n$/);
});

/** Goes to the backends in turn, one for each attempt. */
const next = definePlugin({
  name: 'next',
  setup({ hooks }) {
    hooks.selectBackend.tap(
      (candidates, { attempts }) => candidates[attempts.length % candidates.length]!.alone,
    );
  },
});

const retrying = definePlugin({
  name: 'retrying',
  setup({ hooks }) {
    hooks.onBackendError.tap(({ attempts }) => (attempts.length < 3 ? retry() : undefined));
  },
});

test('retry() asks another backend, which selectBackend chooses anew', async () => {
  await using dying = await startOrigin({ cutAt: 0, ending: 'reset' });
  await using healthy = await startOrigin({ body: 'healthy' });
  const backends = [`http://127.0.0.1:${await unusedPort()}`, dying.url, healthy.url];
  await using gateway = await startTestGateway({
    plugins: [next(), retrying()],
    upstreams: { app: { backends } },
  });
  expect((await gateway.fetch('/')).body).toBe('healthy');
  const { attempts, outcome, backend } = await gateway.waitForExchange();
  expect(attempts.map(({ error, status }) => error?.code ?? status)).toEqual([
    'connect_failed',
    'connection_lost',
    200,
  ]);
  expect([backend!.name, outcome!.code]).toEqual([healthy.authority, undefined]);
});

test('retry() is not done where it could do harm', async () => {
  await using dying = await startOrigin({ cutAt: 0, ending: 'reset' });
  await using gateway = await startTestGateway({ plugins: [retrying()], origin: dying });
  const response = await gateway.fetch('/', { method: 'POST', body: 'pay' });
  expect([response.status, response.json()]).toEqual([
    502,
    expect.objectContaining({ code: 'connection_lost' }),
  ]);
  expect(dying.requests).toHaveLength(1);
});

test('a POST whose connection was refused is retried with its body, since nothing was sent', async () => {
  await using healthy = await startOrigin({ body: 'taken' });
  const backends = [`http://127.0.0.1:${await unusedPort()}`, healthy.url];
  await using gateway = await startTestGateway({
    plugins: [next(), retrying()],
    upstreams: { app: { backends } },
  });
  expect((await gateway.fetch('/', { method: 'POST', body: 'pay' })).body).toBe('taken');
  expect(healthy.requests[0]!.text).toBe('pay');
});

test('an answer from onBackendError takes the place of the failure', async () => {
  const kind = definePlugin({
    name: 'kind',
    setup({ hooks }) {
      hooks.onBackendError.tap((_exchange, { error }) =>
        respond(503, {}, `sorry: ${error.code}`, { code: 'sorry' }),
      );
    },
  });
  await using gateway = await startTestGateway({ plugins: [kind()], origin: { raw: 'garbage\r\n\r\n' } });
  const response = await gateway.fetch('/');
  expect([response.status, response.body]).toEqual([503, 'sorry: malformed_response']);
  const { outcome } = await gateway.waitForExchange();
  expect(outcome).toMatchObject({ code: 'sorry', plugin: 'kind', hook: 'onBackendError' });
});

const retryingStatus = definePlugin({
  name: 'retrying-status',
  setup({ hooks }) {
    hooks.onBackendResponse.tap(({ attempts }, { status, fields }) => {
      if (status === 503 && fields.get('x-may') === 'retry' && attempts.length < 3) return retry();
      return status === 404 ? respond(200, {}, 'a default instead') : undefined;
    });
  },
});

test('retry() in onBackendResponse throws an answer away, and the connection of a short one is kept', async () => {
  const headers = { 'X-May': 'retry' };
  await using gateway = await startTestGateway({
    plugins: [retryingStatus()],
    origin: [{ status: 503, headers, body: 'busy' }, { status: 503, headers }, { body: 'at last' }],
  });
  const response = await gateway.fetch('/');
  expect([response.status, response.body]).toEqual([200, 'at last']);
  const { attempts } = await gateway.waitForExchange();
  expect(attempts.map(({ status }) => status)).toEqual([503, 503, 200]);
  expect(gateway.origin.openConnections).toBe(gateway.origin.connections.length);
});

test('retry() in onBackendResponse is not done where it could do harm: the answer is taken', async () => {
  await using gateway = await startTestGateway({
    plugins: [retryingStatus()],
    origin: { status: 503, headers: { 'X-May': 'retry' }, body: 'busy' },
  });
  const response = await gateway.fetch('/', { method: 'POST', body: 'pay' });
  expect([response.status, response.body]).toEqual([503, 'busy']);
  expect(gateway.origin.requests).toHaveLength(1);
});

test('an answer from onBackendResponse takes the place of the backend’s, however long that is', async () => {
  await using gateway = await startTestGateway({
    plugins: [retryingStatus()],
    origin: { status: 404, body: 'x'.repeat(5_000_000) },
  });
  const response = await gateway.fetch('/');
  expect([response.status, response.body]).toEqual([200, 'a default instead']);
  expect((await gateway.waitForExchange()).outcome).toMatchObject({
    plugin: 'retrying-status',
    hook: 'onBackendResponse',
  });
  await gateway.origin.waitForNoConnections();
});

test.each([
  ['responseHeadMs', { cutAt: 0 }, 'response_head_timeout'],
  ['attemptMs', { cutAt: 0 }, 'attempt_timeout'],
  ['totalMs', { cutAt: 0 }, 'exchange_timeout'],
  ['totalMs', { cutAt: 60, body: 'x'.repeat(100) }, 'exchange_timeout'],
  ['idleMs', { cutAt: 60, body: 'x'.repeat(100) }, 'response_idle_timeout'],
] as const)('%s bounds one exchange, set by a plugin', async (name, origin, code) => {
  const plugin = definePlugin({
    name: 'impatient',
    setup({ hooks }) {
      hooks.onRequest.tap(({ timeouts }) => {
        timeouts[name] = 100;
      });
    },
  });
  await using gateway = await startTestGateway({ plugins: [plugin()], origin });
  const status = await gateway.fetch('/').then(
    (response) => response.status,
    () => 'broke off',
  );
  expect(status).toBe(origin.cutAt === 0 ? 504 : 'broke off');
  expect((await gateway.waitForExchange()).outcome).toMatchObject({ code });
  await gateway.origin.waitForNoConnections();
});

test('an empty list of candidates gives 503', async () => {
  const none = definePlugin({
    name: 'none',
    setup({ hooks }) {
      hooks.selectBackend.tap(() => []);
    },
  });
  await using gateway = await startTestGateway({ plugins: [none()] });
  const response = await gateway.fetch('/');
  expect([response.status, response.json()]).toEqual([503, expect.objectContaining({ code: 'no_backend' })]);
});

test('when no backend is left a plugin may answer, and is named for it', async () => {
  let seen: unknown;
  const none = definePlugin({
    name: 'none',
    setup({ hooks }) {
      hooks.selectBackend.tap(() => []);
      hooks.onBackendError.tap((_exchange, { error, backend, nothingSent, mayRetry }) => {
        seen = [error.code, backend, nothingSent, mayRetry];
        return respond(200, {}, 'instead', { code: 'stand_in' });
      });
    },
  });
  await using gateway = await startTestGateway({ plugins: [none()] });
  expect(await gateway.fetch('/')).toMatchObject({ status: 200, body: 'instead' });
  expect(seen).toEqual(['no_backend', undefined, true, true]);
  const { outcome } = await gateway.waitForExchange();
  expect(outcome).toEqual({
    endedBy: undefined,
    phase: 'done',
    code: 'stand_in',
    plugin: 'none',
    hook: 'onBackendError',
  });
});

test('a plugin that tries again where no backend is left does so only so often', async () => {
  let count = 0;
  const stubborn = definePlugin({
    name: 'stubborn',
    setup({ hooks }) {
      hooks.selectBackend.tap(() => (count++, []));
      hooks.onBackendError.tap(() => retry());
    },
  });
  await using gateway = await startTestGateway({ plugins: [stubborn()] });
  expect((await gateway.fetch('/')).json()).toMatchObject({ status: 503, code: 'no_backend' });
  expect(count).toBe(64);
});

test.each([
  ['GET', '', 'exchange_timeout'],
  ['PUT', 'Content-Length: 5\r\n', undefined],
])(
  'when the time is over while a %s waits, its attempt says whether the answer was missing',
  async (method, fields, code) => {
    const bounded = definePlugin({
      name: 'bounded',
      setup: ({ hooks }) => hooks.onRequest.tap(({ timeouts }) => void (timeouts.totalMs = 50)),
    });
    await using gateway = await startTestGateway({ plugins: [bounded()], origin: { cutAt: 0 } });
    const client = await gateway.connect();
    client.send(`${method} / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
    expect((await client.readResponse()).status).toBe(504);
    expect((await gateway.waitForExchange()).attempts[0]?.error?.code).toBe(code);
  },
);

test('a plugin under only() sees the exchanges of its routes', async () => {
  await using gateway = await startTestGateway({
    plugins: [
      only(
        { routes: ['api', 'admin'] },
        answering(() => respond(403, {}, 'no')),
      ),
      only(
        { routes: ['api'] },
        only(
          { routes: ['admin'] },
          answering(() => respond(418), 'never'),
        ),
      ),
    ],
    routes: [
      { name: 'api', path: '/api/*', upstream: 'origin' },
      { name: 'admin', path: '/admin', upstream: 'origin' },
      { name: 'rest', path: '/rest', upstream: 'origin' },
      { upstream: 'origin', path: '/nameless' },
    ],
  });
  const statuses: number[] = [];
  for (const path of ['/api/x', '/admin', '/rest', '/nameless', '/none']) {
    statuses.push((await gateway.fetch(path)).status);
  }
  expect(statuses).toEqual([403, 403, 200, 200, 404]);
});

test('what a plugin changes in the draft is what is sent, and what came stays readable', async () => {
  let came = '';
  const rewriting = definePlugin({
    name: 'rewriting',
    setup({ hooks }) {
      hooks.onRequest.tap(({ inbound, outbound }) => {
        outbound.method = 'PUT';
        outbound.path = `/new${outbound.path}`;
        outbound.query = 'a=1&b';
        outbound.authority = 'new.example:8';
        outbound.fields.set('x-Old', 'new');
        outbound.fields.append('X-Added', 'yes');
        outbound.fields.delete('x-gone');
        came = `${inbound.method} ${inbound.target} ${inbound.authority} ${inbound.fields.get('x-gone')}`;
      });
      hooks.onResponse.tap(({ response }) => {
        response!.status = 418;
        response!.reason = 'Short and Stout';
        response!.fields.delete('x-secret');
      });
    },
  });
  await using gateway = await startTestGateway({
    plugins: [rewriting()],
    origin: { body: 'ok', headers: { 'X-Secret': '1' } },
  });
  using client = await gateway.connect();
  client.send(post('/old?q', 'body', 'X-Old: old', 'X-Gone: 1'));
  const response = await client.readResponse();
  expect([response.startLine, response.header('x-secret')]).toEqual([
    'HTTP/1.1 418 Short and Stout',
    undefined,
  ]);
  const [request] = gateway.origin.requests;
  expect(request!.raw.toString().split('\r\n')).toEqual([
    'PUT /new/old?a=1&b HTTP/1.1',
    'Host: new.example:8',
    'x-Old: new',
    'X-Added: yes',
    'Content-Length: 4',
    '',
    'body',
  ]);
  expect(came).toBe('POST /old?q a.example 1');
});
