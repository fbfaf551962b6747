import { expect, test } from 'vitest';
import { hookNames, type PluginEntry } from 'hookway';
import type { Configuration } from 'hookway/config';
import { startOrigin, startTestGateway, type TestGatewayOptions, unusedPort } from 'hookway/testing';
import { configurationSchema } from '../../../config/schema.ts';
import { type Sample, samplesOf, sectionOf } from './pages.ts';
import { pluginOf, runSample } from './run-sample.ts';

type Module = Readonly<Record<string, unknown>>;

/** Runs the named blocks of a page in order, each with those before it at hand; registers the tests among them. */
function runFiles(page: string): Record<string, Module> {
  const modules: Record<string, Module> = {};
  for (const sample of samplesOf(page)) {
    if (sample.file !== undefined) modules[`./${sample.file}`] = runSample(sample, modules);
  }
  return modules;
}

const readme = runFiles('README.md');
const guide = runFiles('docs/writing-a-plugin.md');

test('the configurations of README.md say the same', () => {
  const inJson = JSON.parse(samplesOf('README.md', 'json')[0]!.code) as Configuration;
  const { plugins: _, ...inTypeScript } = readme['./proxy.config.ts']!['default'] as Configuration;
  expect(() => configurationSchema.parse(inJson)).not.toThrow();
  expect(inJson).toMatchObject(inTypeScript);
});

test('the plugin of README.md refuses what is not safe', async () => {
  await using gateway = await startTestGateway({ plugins: [pluginOf(readme['./read-only.ts']!)] });
  expect(await gateway.fetch('/')).toMatchObject({ status: 200 });
  const refused = await gateway.fetch('/', { method: 'DELETE' });
  expect(refused).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } });
});

test('the quota of docs/writing-a-plugin.md ends', async () => {
  const plugins = [pluginOf(guide['./quota.ts']!, { requests: 1 })];
  await using gateway = await startTestGateway({ plugins });
  expect(await gateway.fetch('/')).toMatchObject({ status: 200 });
  const refused = await gateway.fetch('/');
  expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
  expect(refused.json()).toMatchObject({ code: 'quota_exceeded', detail: 'Too many requests.' });
});

test('the slot and the service of docs/writing-a-plugin.md reach the backend', async () => {
  const plugins = ['./tenant.ts', './new-search.ts', './flags.ts'].map((file) => pluginOf(guide[file]!));
  await using gateway = await startTestGateway({ plugins });
  await gateway.fetch('/search', { headers: { host: 'ada.example.com' } });
  const request = await gateway.origin.waitForRequest();
  expect(request.target).toBe('/search-v2');
  expect(request.header('x-tenant')).toBe('ada');
});

test('the bodies of docs/writing-a-plugin.md are read and changed', async () => {
  const plugins = ['./request-body.ts', './response-body.ts'].map((file) => pluginOf(guide[file]!));
  const origin = { body: 'hello', headers: { 'Content-Type': 'text/plain', ETag: '"1"' } };
  await using gateway = await startTestGateway({ plugins, origin });
  const response = await gateway.fetch('/', { body: '{ "a": 1 }' });
  expect(response).toMatchObject({ status: 200, body: 'HELLO' });
  expect(response.headers).not.toHaveProperty('etag');
  expect((await (await gateway.origin.waitForRequest()).completed()).text).toBe('{"a":1}');
  expect((await gateway.fetch('/', { body: '{' })).json()).toMatchObject({ status: 400, code: 'not_json' });
  expect(await gateway.fetch('/')).toMatchObject({ status: 200 });
});

const cards = Object.fromEntries(
  hookNames.map((hook) => [
    hook,
    samplesOf('docs/hooks.md').find(({ code }) => code.includes(`hooks.${hook}.`)),
  ]),
);

test.each(hookNames)('docs/hooks.md has a card of %s', (hook) => {
  const card = sectionOf('docs/hooks.md', `## ${hook}`);
  for (const key of ['kind', 'when', 'arguments', 'result', 'failure']) expect(card).toContain(`| ${key} |`);
  expect(card).toContain(cards[hook]!.code);
});

function gatewayWith(hook: string, options: TestGatewayOptions = {}, ...more: PluginEntry[]) {
  return startTestGateway({ ...options, plugins: [pluginOf(runSample(cards[hook] as Sample)), ...more] });
}

test('the example of onAccept lets others in', async () => {
  await using gateway = await gatewayWith('onAccept');
  expect(await gateway.fetch('/')).toMatchObject({ status: 200 });
});

test('the example of onRequest refuses and rewrites', async () => {
  await using gateway = await gatewayWith('onRequest');
  expect((await gateway.fetch('/')).json()).toMatchObject({ status: 401, detail: 'Send X-API-Key.' });
  await gateway.fetch('/v1/users?a', { headers: { 'x-api-key': '1' } });
  expect((await gateway.origin.waitForRequest()).target).toBe('/users?a');
});

test('the example of onUpgrade refuses other protocols', async () => {
  await using gateway = await gatewayWith('onUpgrade');
  const answer = await gateway.fetch('/', { headers: { connection: 'upgrade', upgrade: 'echo' } });
  expect(answer).toMatchObject({ status: 403, body: 'WebSockets only.\n' });
  expect(await gateway.fetch('/')).toMatchObject({ status: 200 });
});

test('the examples of selectBackend, onBackendRequest and onBackendError go together', async () => {
  await using origin = await startOrigin();
  const nobody = `http://127.0.0.1:${await unusedPort()}`;
  const upstreams = { app: { backends: [nobody, { url: origin.url, name: 'second' }] } };
  const plugins = ['onBackendRequest', 'onBackendError'].map((hook) =>
    pluginOf(runSample(cards[hook] as Sample)),
  );
  await using gateway = await gatewayWith('selectBackend', { upstreams }, ...plugins);
  expect(await gateway.fetch('/', { body: 'x' })).toMatchObject({ status: 200 });
  const request = await origin.waitForRequest();
  expect(request.header('x-backend-name')).toBe('second');
  expect(request.header('x-attempt')).toBe('2');
});

test('the examples of onResponse and onComplete see the response', async () => {
  const complete = pluginOf(runSample(cards.onComplete as Sample));
  await using gateway = await gatewayWith('onResponse', { origin: { headers: { Server: 'x' } } }, complete);
  const { headers } = await gateway.fetch('/');
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
  expect(headers).not.toHaveProperty('server');
  expect(await gateway.waitForLog(({ msg }) => msg === 'done')).toMatchObject({ path: '/', status: 200 });
});
