import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { projectWith, sound } from '../unit/config/project.ts';
import { type CommandOptions, hookway } from './cli-process.ts';

/** What a failing command says, without the prefix that each line must have. */
async function complaintsOf(args: readonly string[], options: CommandOptions): Promise<string[]> {
  const { code, stdout, stderr } = await hookway(args, options);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  const lines = stderr.trimEnd().split('\n');
  for (const line of lines) expect(line).toMatch(/^hookway: \S/);
  return lines.map((line) => line.slice('hookway: '.length));
}

const commands = [[], ['run'], ['check'], ['pipeline']];

test.each(commands)('hookway %s without a configuration is one line', async (...args) => {
  const cwd = projectWith({});
  expect(await complaintsOf(args, { cwd })).toEqual([
    `${cwd}: no configuration here: expected proxy.config.ts, .js, .json or .yaml, or --config FILE`,
  ]);
});

test('a missing file is one line', async () => {
  const cwd = projectWith({});
  expect(await complaintsOf(['--config', 'a.json'], { cwd })).toEqual(['a.json: there is no such file']);
});

test.each([['--config', 'proxy.config.json'], []])('an unreadable file is one line (%s)', async (...args) => {
  const cwd = projectWith({ 'proxy.config.json': sound });
  chmodSync(join(cwd, 'proxy.config.json'), 0);
  chmodSync(cwd, 0o755);
  // the superuser may read everything
  const uid = process.getuid?.() === 0 ? { uid: 65_534 } : {};
  expect(await complaintsOf(args, { cwd, ...uid })).toEqual([
    'proxy.config.json: cannot be read, permission denied',
  ]);
});

test('a package.json that does not parse is one line', async () => {
  const cwd = projectWith({ 'proxy.config.json': sound, 'package.json': '{ bad' });
  expect(await complaintsOf(['check'], { cwd })).toEqual(['package.json: does not parse']);
});

test('a folder instead of a file is one line', async () => {
  const cwd = projectWith({ 'conf/a': '' });
  expect(await complaintsOf(['--config', 'conf'], { cwd })).toEqual(['conf: is a folder, expected a file']);
});

test('an unknown plugin is one line, with the name that was meant', async () => {
  const cwd = projectWith({ 'proxy.config.json': { ...sound, plugins: ['acess-log'] } });
  expect(await complaintsOf(['check'], { cwd })).toEqual([
    'plugins[0] acess-log: unknown plugin, did you mean "access-log"?',
  ]);
});

test('a plugin that is neither ours nor installed is one line', async () => {
  const cwd = projectWith({ 'proxy.config.json': { ...sound, plugins: ['@acme/nothing'] } });
  expect(await complaintsOf([], { cwd })).toEqual([
    'plugins[0] @acme/nothing: unknown plugin, neither built in nor installed as @acme/nothing',
  ]);
});

test('a port in use is one line', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const cwd = projectWith({ 'proxy.config.json': { ...sound, listeners: [{ host: '127.0.0.1', port }] } });
  expect(await complaintsOf([], { cwd })).toEqual([
    `cannot listen on 127.0.0.1:${port}: the address is in use`,
  ]);
});

test('an address of another machine is one line', async () => {
  const listeners = [{ host: '192.0.2.1', port: 0 }];
  const cwd = projectWith({ 'proxy.config.json': { ...sound, listeners } });
  expect(await complaintsOf([], { cwd })).toEqual([
    expect.stringMatching(/^cannot listen on 192\.0\.2\.1(:\d+)?: this machine does not have the address$/),
  ]);
});

test.each([
  ['proxy.config.ts', 'export default {\n  listeners: [\n};\n', /^proxy\.config\.ts:3:1: \S/],
  ['proxy.config.js', 'export default {\n  listeners: = 1,\n};\n', /^proxy\.config\.js:2:14: \S/],
  ['proxy.config.json', '{\n  "listeners": [],\n}\n', /^proxy\.config\.json:3:1: expected a key/],
  ['proxy.config.yaml', 'listeners:\n- port: 1\n  host: [\n', /^proxy\.config\.yaml:4:1: \S/],
])('%s that does not parse is one line with file, line and column', async (name, text, complaint) => {
  const cwd = projectWith({ [name]: text });
  expect(await complaintsOf([], { cwd })).toEqual([expect.stringMatching(complaint)]);
});

test('a file imported by the configuration that does not parse is named', async () => {
  const cwd = projectWith({
    'proxy.config.ts': "import { routes } from './routes.ts';\nexport default { routes };",
    'routes.ts': 'export const routes = [\n  { upstream: "app" };\n];',
  });
  expect(await complaintsOf([], { cwd })).toEqual([expect.stringMatching(/^routes\.ts:2:22: \S/)]);
});

test('a configuration that throws is one line with file and line', async () => {
  const cwd = projectWith({
    'proxy.config.ts': 'export default async () => {\n  throw new Error("no secret is set");\n};',
  });
  expect(await complaintsOf(['check'], { cwd })).toEqual(['proxy.config.ts:2: no secret is set']);
});

const wrong = {
  lisners: [],
  listeners: [{ host: '127.0.0.1', port: 70_000 }],
  upstreams: { app: { backends: ['ftp://127.0.0.1:1'] } },
  routes: [{ upstream: 'ap' }],
  plugins: ['forwarded-headers', ['load-balance', { policy: 'round-robbin' }], 'nothing'],
  limits: { maxHeadBytes: 0 },
};

test.each(commands)('hookway %s reports everything that is wrong at once', async (...args) => {
  const cwd = projectWith({ 'proxy.config.json': wrong });
  expect((await complaintsOf(args, { cwd })).sort()).toEqual([
    'limits › maxHeadBytes: must be more than 0',
    'listeners[0] › port: must be at most 65535',
    expect.stringMatching(
      /^plugins\[1\] load-balance › policy: expected one of .*"round-robin".*, got "round-robbin"$/,
    ),
    expect.stringMatching(/^plugins\[2\] nothing: unknown plugin/),
    'routes[0] › upstream: unknown upstream "ap", expected one of "app"',
    'unknown key "lisners", did you mean "listeners"?',
    'upstreams › app › backends[0]: the scheme of "ftp://127.0.0.1:1" must be http or https',
  ]);
});

test('what only the gateway finds wrong is reported at once as well', async () => {
  const routes = [{ upstream: 'ap' }, { upstream: 'ap', path: 'x' }];
  const cwd = projectWith({ 'proxy.config.json': { ...sound, routes } });
  expect(await complaintsOf([], { cwd })).toHaveLength(3);
});

test.each([
  [['serve'], 'unknown command "serve", see hookway --help'],
  [['check', 'a.json'], 'unknown command "a.json", see hookway --help'],
  [['--port', '80'], "unknown option '--port'"],
  [['--config'], "option '-c, --config <file>' argument missing"],
  [['--log-level', 'loud'], "option '--log-level <level>' argument 'loud' is invalid. Allowed choices are "],
])('hookway %j is refused in one line', async (args, complaint) => {
  expect(await complaintsOf(args, { cwd: projectWith({}) })).toEqual([expect.stringContaining(complaint)]);
});
