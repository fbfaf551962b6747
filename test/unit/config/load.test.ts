import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../config/index.ts';
import { ConfigurationError } from '../../../core/index.ts';
import { projectWith, sound } from './project.ts';

async function problemsOf(configuration: object): Promise<string[]> {
  const cwd = projectWith({ 'proxy.config.json': configuration });
  try {
    await loadConfig({ cwd });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split('\n');
    throw error;
  }
  return [];
}

test('a configuration is what the gateway takes, without the key for editors', async () => {
  const cwd = projectWith({ 'proxy.config.json': { $schema: 'x', ...sound, limits: { maxHeadBytes: 100 } } });
  const { config, file, files } = await loadConfig({ cwd });
  expect(config).toEqual({ ...sound, limits: { maxHeadBytes: 100 }, plugins: [] });
  expect(file).toBe(join(cwd, 'proxy.config.json'));
  expect(files).toEqual([file]);
});

test('without routes all goes to the upstream, where there is only one', async () => {
  const { routes: _, ...rest } = sound;
  const { config } = await loadConfig({ cwd: projectWith({ 'proxy.config.json': rest }) });
  expect(config.routes).toEqual([{ upstream: 'app' }]);
  const several = { ...rest, upstreams: { ...rest.upstreams, other: { backends: ['http://b'] } } };
  for (const upstreams of [several.upstreams, {}])
    expect(await problemsOf({ ...rest, upstreams })).toEqual([
      'routes: is missing, expected a list, for there is not exactly one upstream',
    ]);
});

test('a file may be named', async () => {
  const file = join(projectWith({ 'gateway.json': sound }), 'gateway.json');
  expect((await loadConfig({ file })).file).toBe(file);
});

test('without a file the folder is named', async () => {
  const cwd = projectWith({});
  await expect(loadConfig({ cwd })).rejects.toThrow(
    `${cwd}: no configuration here: expected proxy.config.ts`,
  );
});

test('problems of structure, plugins and what the gateway refuses are reported together, each once', async () => {
  const lines = await problemsOf({
    lisners: [],
    listeners: [{ port: 0 }],
    upstreams: { app: { backends: ['ftp://a', { url: 1 }] }, b: { backends: [] } },
    routes: [{ upstream: 'ap' }, { name: 'r', upsteam: 'app', path: 'no-slash' }],
    plugins: ['nothing', ['nothing-else', {}, { routes: ['r', 's'] }]],
  });
  expect(lines).toEqual([
    'upstreams › app › backends[1] › url: expected a string, got a number',
    'routes[1] › upstream: is missing, expected a string',
    'routes[1]: unknown key "upsteam", did you mean "upstream"?',
    'unknown key "lisners", did you mean "listeners"?',
    expect.stringMatching(/^plugins\[0\] nothing: unknown plugin/),
    expect.stringMatching(/^plugins\[1\] nothing-else: unknown plugin/),
    expect.stringMatching(/^upstreams › app › backends\[0\]: .*ftp:/),
    expect.stringMatching(/^upstreams › b › backends: needs at least one/),
    'routes[0] › upstream: unknown upstream "ap", expected one of "app", "b"',
    expect.stringMatching(/^routes\[1\] › path: /),
    'plugins[1] nothing-else › routes: unknown route "s", expected one of "r"',
  ]);
});

test('what is wrong in a part of an option is said there, and not again of the whole option', async () => {
  const options = { request: { remove: ['X A'] }, response: [{ remove: ['X-B'] }, 'x'] };
  const lines = await problemsOf({ ...sound, plugins: [['headers', options]] });
  expect(lines.filter((line) => line.includes('response'))).toEqual([
    'plugins[0] headers › response[1]: expected an object, got a string',
  ]);
});

test.each([[[]], ['"text"'], ['3']])('%j is no configuration', async (content) => {
  expect(await problemsOf(content as object)).toContainEqual(expect.stringContaining('expected an object'));
});

test('what only the gateway refuses is left to it', async () => {
  expect(await problemsOf({ ...sound, routes: [{ upstream: 'ap' }] })).toEqual([]);
});

test.each(['__proto__', 'constructor', 'toString'])('a key %s is as unknown as any other', async (key) => {
  const upstreams = JSON.parse(`{"app":{"backends":["http://a"]},"b":{"backends":["http://b"],"${key}":{}}}`);
  const lines = await problemsOf({ ...sound, upstreams: upstreams as object });
  expect(lines.every((line) => line.startsWith('upstreams › b'))).toBe(true);
});
