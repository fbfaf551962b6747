import {
  ConfigurationError,
  definePlugin,
  type ExplainOptions,
  type Explanation,
  explainRequest,
  type GatewayConfig,
  type PluginEntry,
  type PluginHost,
  refuse,
} from 'hookway';
import { startOrigin } from 'hookway/testing';
import bodyLimit from 'hookway/plugins/body-limit';
import healthCheck from 'hookway/plugins/health-check';
import compress from 'hookway/plugins/compress';
import ipFilter from 'hookway/plugins/ip-filter';
import loadBalance from 'hookway/plugins/load-balance';
import retry from 'hookway/plugins/retry';
import rewrite from 'hookway/plugins/rewrite';
import { expect, test } from 'vitest';

const plugin = (name: string, setup: (gateway: PluginHost) => void): PluginEntry =>
  definePlugin({ name, setup })();

const sound: GatewayConfig = {
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001', 'http://127.0.0.1:9002'] } },
  routes: [{ name: 'all', upstream: 'app' }],
};

const explain = (
  config: Partial<GatewayConfig>,
  options: Partial<ExplainOptions> = {},
): Promise<Explanation> =>
  explainRequest({ ...sound, ...config }, { method: 'GET', url: 'http://a/', ...options });

const stepsOf = ({ steps }: Explanation, hook: string): unknown[] =>
  steps.filter((step) => step.hook === hook).map(({ plugin: name, effects }) => [name, effects]);

test('nothing is sent to a backend, nothing is started, nothing is told at the end', async () => {
  await using origin = await startOrigin();
  const ran: string[] = [];
  const eager = plugin('eager', (gateway) => {
    gateway.onStart(() => void ran.push('start'));
    gateway.hooks.onComplete.tap(() => void ran.push('complete'));
    gateway.defer(() => void ran.push('cleanup'));
  });
  const upstreams = { app: { backends: [origin.url] } };
  const config = { upstreams, plugins: [eager, healthCheck({ active: { path: '/' } })] };
  const { notAsked } = await explain(config, { responseStatus: 200 });
  expect(ran).toEqual(['cleanup']);
  expect(origin.requests).toEqual([]);
  expect(notAsked).toEqual([
    { hook: 'onComplete', plugins: ['eager'], reason: 'nothing-is-logged-or-counted' },
  ]);
});

test('what plugins changed is in the head that would be sent', async () => {
  const plugins = [rewrite({ replacePrefix: { '/v1': '/api' } })];
  const { sent, outcome, answer } = await explain(
    { plugins },
    { url: 'http://a/v1/x?q', fields: [['X-A', '1']] },
  );
  expect(sent).toEqual([
    {
      upstream: 'app',
      backend: '127.0.0.1:9001',
      url: 'http://127.0.0.1:9001/',
      head: ['GET /api/x?q HTTP/1.1', 'Host: a', 'X-A: 1'],
      bodyBytes: 0,
    },
  ]);
  expect([outcome, answer]).toEqual(['sent', undefined]);
});

test('candidates are told before and after each plugin', async () => {
  const narrows = plugin('narrows', ({ hooks }) => hooks.selectBackend.tap((all) => all.slice(1)));
  const told = await explain({ plugins: [narrows, loadBalance()] });
  expect(told.candidates).toEqual(['127.0.0.1:9001', '127.0.0.1:9002']);
  expect(stepsOf(told, 'selectBackend')).toEqual([
    [
      'narrows',
      [{ kind: 'candidates', before: ['127.0.0.1:9001', '127.0.0.1:9002'], after: ['127.0.0.1:9002'] }],
    ],
    ['load-balance', []],
  ]);
});

test('the connection is that of the URL and of the client who was named', async () => {
  const seen: unknown[] = [];
  const looks = plugin('looks', ({ hooks }) =>
    hooks.onRequest.tap(({ connection, inbound }) => {
      seen.push([connection.remoteAddress, connection.tls?.serverName, connection.localPort, inbound.scheme]);
    }),
  );
  await explain({ plugins: [looks] }, { url: 'https://a/', client: '192.0.2.7' });
  await explain({ plugins: [looks] }, { url: 'http://a:8080/' });
  expect(seen).toEqual([
    ['192.0.2.7', 'a', 443, 'https'],
    ['127.0.0.1', undefined, 8080, 'http'],
  ]);
});

test('an answer of a plugin names it, and goes through onResponse like any other', async () => {
  const looks = plugin('looks', ({ hooks }) =>
    hooks.onResponse.tap(({ response }) => response!.fields.set('X-Seen', 'yes')),
  );
  const plugins = [ipFilter({ deny: ['192.0.2.0/24'] }), looks];
  const { answer, outcome, sent, notAsked } = await explain({ plugins }, { client: '192.0.2.1' });
  expect(answer).toMatchObject({ status: 403, source: 'gateway', plugin: 'ip-filter', hook: 'onRequest' });
  expect(answer!.head).toContain('X-Seen: yes');
  expect(JSON.parse(answer!.body!)).toMatchObject({ status: 403, code: answer!.code });
  expect([outcome, sent, notAsked]).toEqual(['answered', [], []]);
});

test('without an answer the hooks behind it are told as not asked', async () => {
  const looks = plugin('looks', ({ hooks }) => {
    hooks.onBackendResponse.tap(() => undefined);
    hooks.onResponse.tap(() => {});
  });
  const { notAsked } = await explain({ plugins: [looks] });
  expect(notAsked.map(({ hook, reason }) => [hook, reason])).toEqual([
    ['onBackendResponse', 'no-answer-of-a-backend'],
    ['onResponse', 'no-answer-of-a-backend'],
  ]);
});

test('each attempt is answered with the status that was asked for', async () => {
  const plugins = [retry({ attempts: 3, backoffMs: 1 })];
  const told = await explain({ plugins }, { responseStatus: 503 });
  expect(told.sent.map(({ backend }) => backend)).toEqual([
    '127.0.0.1:9001',
    '127.0.0.1:9002',
    expect.any(String),
  ]);
  expect(stepsOf(told, 'onBackendResponse')[1]).toEqual(['retry', [{ kind: 'retried' }]]);
  expect(told.answer).toMatchObject({ status: 503, source: 'backend', plugin: undefined, code: undefined });
});

test('each attempt has its own head, also at the same backend', async () => {
  const counts = plugin('counts', ({ hooks }) =>
    hooks.onBackendRequest.tap(({ outbound, attempts }) =>
      outbound.fields.set('X-Attempt', String(attempts.length)),
    ),
  );
  const upstreams = { app: { backends: ['http://127.0.0.1:9001'] } };
  const plugins = [retry({ attempts: 2, backoffMs: 0 }), counts];
  const { sent } = await explain({ upstreams, plugins }, { responseStatus: 503 });
  expect(sent.map(({ head }) => head.at(-1))).toEqual(['X-Attempt: 1', 'X-Attempt: 2']);
});

test.each([200, 204, 304, 404, 599])('a backend may answer %i, also to HEAD', async (responseStatus) => {
  for (const method of ['GET', 'HEAD']) {
    const { answer } = await explain({ plugins: [compress()] }, { method, responseStatus });
    expect(answer).toMatchObject({ status: responseStatus, source: 'backend', bodyBytes: 0 });
  }
});

test('a body goes through the plugins, and what is too long is refused', async () => {
  const plugins = [bodyLimit({ maxBytes: 5 })];
  const post = { method: 'POST', body: Buffer.from('hello') };
  const { sent } = await explain({ plugins }, post);
  expect(sent).toMatchObject([{ bodyBytes: 5 }]);
  expect(sent[0]!.head).toContain('Content-Length: 5');
  const { answer } = await explain({ plugins }, { ...post, body: Buffer.from('hello!') });
  expect(answer).toMatchObject({ status: 413, plugin: 'body-limit' });
});

test('an upgrade is told up to the head that asks for it', async () => {
  const fields = [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
  ] as const;
  const { sent } = await explain({}, { fields });
  expect(sent[0]!.head).toEqual(['GET / HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket']);
});

test.each([
  ['ambiguous_path', { url: 'http://a/x/../y' }],
  [
    'invalid_host',
    {
      fields: [
        ['Host', 'b'],
        ['Host', 'c'],
      ] as const,
    },
  ],
  ['ambiguous_framing', { fields: [['Content-Length', 'x']] as const }],
  ['no_route', { url: 'http://other/' }],
])('an answer of the gateway has its code: %s', async (code, options) => {
  const routes = [{ hosts: ['a'], upstream: 'app' }];
  const { answer, outcome } = await explain({ routes }, options);
  expect(answer).toMatchObject({ code, source: 'gateway', plugin: undefined });
  expect(outcome).toBe('answered');
});

test('a plugin that fails is named with its error', async () => {
  const throws = plugin('throws', ({ hooks }) =>
    hooks.onRequest.tap(() => {
      throw new Error('no such thing');
    }),
  );
  const told = await explain({ plugins: [throws] });
  expect(stepsOf(told, 'onRequest')).toEqual([
    ['throws', [{ kind: 'failed', code: 'plugin_failed', reason: 'no such thing' }]],
  ]);
  expect(told.answer).toMatchObject({ status: 500, code: 'plugin_failed', plugin: 'throws' });
});

test('a connection that a plugin refuses ends the explanation', async () => {
  const closed = plugin('closed', ({ hooks }) => hooks.onAccept.tap(() => refuse('closed')));
  const told = await explain({ plugins: [closed] });
  expect(told).toMatchObject({ outcome: 'refused', sent: [], answer: undefined, routes: [] });
  expect(stepsOf(told, 'onAccept')).toEqual([['closed', [{ kind: 'refused', reason: 'closed' }]]]);
});

test('a plugin that never answers is waited for no longer than asked', async () => {
  const never = plugin('never', ({ hooks }) => hooks.onRequest.tapPromise(() => new Promise(() => {})));
  const { outcome, steps } = await explain({ plugins: [never] }, { waitMs: 5 });
  expect([outcome, steps]).toMatchObject(['waiting', [{ plugin: 'never', tookMs: undefined }]]);
});

test('a configuration that is wrong is refused with all its problems, in their places', async () => {
  const wrong = explain({ plugins: [loadBalance({ policy: 'none' as never })] });
  await expect(wrong).rejects.toThrow(ConfigurationError);
  await expect(wrong).rejects.toThrow(/^plugins\[0\] load-balance/);
  await expect(explain({}, { url: '/path' })).rejects.toThrow('the URL must be absolute');
});
