import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { projectWith, sound } from '../unit/config/project.ts';
import { startBackend } from './cli-backend.ts';
import { GatewayProcess, hookway } from './cli-process.ts';

const listeners = [{ host: '127.0.0.1', port: 0 }];
const routes = [{ upstream: 'app' }];

const typescript = (backend: string): string => `
  import { definePlugin, respond, Stage } from 'hookway';
  import { defineConfig } from 'hookway/config';
  const hello = definePlugin({
    name: 'hello',
    setup(gateway) {
      gateway.hooks.onRequest.tap({ stage: Stage.Guard }, ({ inbound }) =>
        inbound.path === '/hello' ? respond(200, {}, 'from the plugin') : undefined);
    },
  });
  export default defineConfig({
    listeners: [{ host: '127.0.0.1', port: 0 as number }],
    upstreams: { app: { backends: ['${backend}'] } },
    routes: [{ upstream: 'app' }],
    plugins: [hello()],
  });`;

const javascript = (backend: string): string => `
  export default async () => ({
    listeners: [{ host: '127.0.0.1', port: 0 }],
    upstreams: { app: { backends: ['${backend}'] } },
    routes: [{ upstream: 'app' }],
  });`;

const yaml = (backend: string): string => `
listeners: [{ host: 127.0.0.1, port: 0 }]
upstreams: { app: { backends: ['${backend}'] } }
routes: [{ upstream: app }]`;

const json = (backend: string): string =>
  JSON.stringify({ listeners, upstreams: { app: { backends: [backend] } }, routes });

test.each([
  ['ts', typescript],
  ['mts', typescript],
  ['js', javascript],
  ['mjs', javascript],
  ['cjs', (backend: string) => javascript(backend).replace('export default', 'module.exports =')],
  ['json', json],
  ['yaml', yaml],
  ['yml', yaml],
])('a proxy.config.%s is found and served', async (extension, text) => {
  const cwd = projectWith({ [`proxy.config.${extension}`]: text(await startBackend()) });
  const gateway = new GatewayProcess([], { cwd });
  const response = await fetch(await gateway.url());
  expect(await response.text()).toBe('from the backend');
});

test('a configuration outside of any project shares the running copy of the package', async () => {
  const cwd = projectWith({ 'proxy.config.ts': typescript(await startBackend()) });
  const gateway = new GatewayProcess(['run'], { cwd });
  const response = await fetch(`${await gateway.url()}/hello`);
  expect([response.status, await response.text()]).toEqual([200, 'from the plugin']);
});

test.each([[['--config', 'other.json']], [['run', '--config', 'other.json']], [['-c', 'other.json']]])(
  'hookway %j serves that file',
  async (args) => {
    const cwd = projectWith({ 'other.json': json(await startBackend()), 'proxy.config.json': '{' });
    const response = await fetch(await new GatewayProcess(args, { cwd }).url());
    expect(response.status).toBe(200);
  },
);

test('port 0 takes a free port, which the log tells for each listener', async () => {
  const upstreams = { app: { backends: [await startBackend()] } };
  const cwd = projectWith({
    'proxy.config.json': { listeners: [...listeners, ...listeners], upstreams, routes },
  });
  const gateway = new GatewayProcess([], { cwd });
  await gateway.logged('listening');
  gateway.kill('SIGTERM');
  await gateway.ended;
  const listening = gateway.lines.filter(({ msg }) => msg === 'listening');
  expect(listening).toHaveLength(2);
  for (const { host, port } of listening) {
    expect(host).toBe('127.0.0.1');
    expect(port).toBeGreaterThan(0);
  }
});

test('--log-level wins over the configuration', async () => {
  const cwd = projectWith({ 'proxy.config.json': { ...sound, log: { level: 'silent' } } });
  const gateway = new GatewayProcess(['--log-level', 'info'], { cwd });
  expect(await gateway.logged('listening')).toMatchObject({ level: 'info' });
});

test('check says that nothing is wrong, and opens no port', async () => {
  const cwd = projectWith({ 'proxy.config.json': { ...sound, listeners: [{ port: 1 }] } });
  expect(await hookway(['check'], { cwd })).toEqual({
    code: 0,
    stdout: `${join(cwd, 'proxy.config.json')}: ok, 1 listener, 1 upstream, 1 route, 0 plugins\n`,
    stderr: '',
  });
});

test.each(['proxy.config.ts', 'examples/minimal-json/proxy.config.json', 'examples/yaml/proxy.config.yaml'])(
  'nothing is wrong with %s',
  async (file) => {
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    expect(await hookway(['check', '--config', file], { cwd })).toMatchObject({ code: 0, stderr: '' });
  },
);

const twoPlugins = `
  import { definePlugin, only, Stage } from 'hookway';
  const make = (name, stage) => definePlugin({ name, setup: ({ hooks }) => hooks.onRequest.tap({ stage }, () => {}) })();
  export default {
    listeners: [{ port: 0 }], upstreams: { app: { backends: ['http://127.0.0.1:1'] } },
    routes: [{ name: 'api', upstream: 'app' }],
    plugins: [only({ routes: ['api'] }, make('late', Stage.Finish)), make('early', Stage.Observe)],
  };`;

test('pipeline prints the plugins of each hook in the order in which they run', async () => {
  const cwd = projectWith({ 'proxy.config.js': twoPlugins });
  const { code, stdout } = await hookway(['pipeline'], { cwd });
  expect(code).toBe(0);
  expect(stdout).toContain('onAccept\n  no plugin\n');
  expect(stdout).toContain('onRequest\n  1. early  Observe\n  2. late   Finish, only api\n');
});

test('schema prints the JSON Schema of configurations', async () => {
  const { code, stdout } = await hookway(['schema'], { cwd: projectWith({}) });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    type: 'object',
    required: ['listeners', 'upstreams'],
  });
});

test('--version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(await hookway(['--version'], { cwd: projectWith({}) })).toMatchObject({
    code: 0,
    stdout: `${version}\n`,
  });
});

test('--help lists the commands', async () => {
  const { code, stdout } = await hookway(['--help'], { cwd: projectWith({}) });
  expect(code).toBe(0);
  for (const command of ['run', 'check', 'pipeline', 'schema', '--config']) expect(stdout).toContain(command);
});

test('a plugin of a package is found from the folder of the configuration', async () => {
  const cwd = projectWith({
    'conf/gateway.json': { ...sound, plugins: [['greet', { word: 'hi' }]] },
    'conf/node_modules/hookway-plugin-greet/package.json': {
      type: 'module',
      exports: { import: './index.js' },
    },
    'conf/node_modules/hookway-plugin-greet/index.js': `
      const definition = { name: 'greet', setup: (gateway, options) => gateway.log.warn(options ?? {}, 'greetings') };
      export default Object.assign((options) => ({ definition, options, scope: undefined }), { definition });`,
  });
  const { code, stderr } = await hookway(['check', '--config', 'conf/gateway.json'], { cwd });
  expect([code, stderr]).toEqual([1, 'hookway: plugins[0] greet: takes no options\n']);
});
