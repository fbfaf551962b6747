import { readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { projectWith, sound, writeTo } from '../unit/config/project.ts';
import { GatewayProcess, hookway } from './cli-process.ts';

const saying = `
  import { definePlugin, respond } from 'hookway';
  import text from './text.ts';
  export default definePlugin({
    name: 'saying',
    setup: ({ hooks }) => hooks.onRequest.tap(() => respond(200, {}, text)),
  });`;

const says = (text: string): string => `export default '${text}';`;
const answer = (text: string): object => ({
  ...sound,
  plugins: [['static-response', { status: 200, body: text }]],
});

const project = (text: string): string =>
  projectWith({
    'proxy.config.json': { ...sound, plugins: ['./saying.ts'] },
    'saying.ts': saying,
    'text.ts': says(text),
  });

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}

/** Resolves when the gateway has reloaded so often, and fails at the first one it refuses. */
async function reloads(gateway: GatewayProcess, count = 1): Promise<void> {
  const isReload = ({ msg }: { msg: string }): boolean => msg === 'configuration reloaded';
  await vi.waitFor(() => expect(gateway.lines.filter(isReload).length).toBeGreaterThanOrEqual(count), {
    timeout: 15_000,
  });
}

test('a changed configuration file is loaded, on the port that is in use', async () => {
  const cwd = projectWith({ 'proxy.config.json': answer('old') });
  const gateway = new GatewayProcess([], { cwd });
  const url = await gateway.url();
  expect(await textOf(url)).toBe('old');
  writeTo(join(cwd, 'proxy.config.json'), answer('new'));
  await reloads(gateway);
  expect(await textOf(url)).toBe('new');
});

test('a change of a file that a plugin imports is seen, again and again, also when it is replaced', async () => {
  const cwd = project('1');
  const gateway = new GatewayProcess([], { cwd });
  const url = await gateway.url();
  expect(await textOf(url)).toBe('1');
  writeTo(join(cwd, 'text.ts'), says('2'));
  await reloads(gateway);
  expect(await textOf(url)).toBe('2');
  writeTo(join(cwd, 'text.ts.new'), says('3'));
  renameSync(join(cwd, 'text.ts.new'), join(cwd, 'text.ts'));
  await reloads(gateway, 2);
  expect(await textOf(url)).toBe('3');
});

test('a link that comes to lead to another folder is a change, as Kubernetes makes it', async () => {
  const cwd = projectWith({ 'v1/proxy.config.json': answer('1'), 'v2/proxy.config.json': answer('2') });
  symlinkSync('v1', join(cwd, '..data'));
  symlinkSync('..data/proxy.config.json', join(cwd, 'proxy.config.json'));
  const gateway = new GatewayProcess([], { cwd });
  const url = await gateway.url();
  symlinkSync('v2', join(cwd, '..next'));
  renameSync(join(cwd, '..next'), join(cwd, '..data'));
  await reloads(gateway);
  expect(await textOf(url)).toBe('2');
});

test('a broken file is refused with its mistakes, the old configuration serves, and the mended file is seen', async () => {
  const cwd = project('old');
  const gateway = new GatewayProcess([], { cwd });
  const url = await gateway.url();
  writeTo(join(cwd, 'text.ts'), 'export default (');
  await gateway.logged('configuration refused, the old one goes on');
  expect(await textOf(url)).toBe('old');
  writeTo(join(cwd, 'text.ts'), says('new'));
  await reloads(gateway);
  expect(await textOf(url)).toBe('new');
});

test('with --no-watch a changed file waits for SIGHUP', async () => {
  const cwd = projectWith({ 'proxy.config.json': answer('old') });
  const gateway = new GatewayProcess(['run', '--no-watch'], { cwd });
  const url = await gateway.url();
  writeTo(join(cwd, 'proxy.config.json'), answer('new'));
  expect(await textOf(url)).toBe('old');
  gateway.kill('SIGHUP');
  await reloads(gateway);
  expect(await textOf(url)).toBe('new');
});

test('hookway reload changes the configuration, and says what is wrong with one that is refused', async () => {
  const cwd = projectWith({ 'proxy.config.json': answer('old') });
  const gateway = new GatewayProcess(['run', '--no-watch'], { cwd });
  const url = await gateway.url();
  writeTo(join(cwd, 'proxy.config.json'), answer('new'));
  const done = await hookway(['reload'], { cwd });
  expect(done).toMatchObject({ code: 0, stderr: '' });
  expect(done.stdout).toContain('proxy.config.json: reloaded, generation 2');
  expect(await textOf(url)).toBe('new');
  writeTo(join(cwd, 'proxy.config.json'), { ...sound, routes: [{ upstream: 'nowhere' }] });
  const refused = await hookway(['reload', '--config', 'proxy.config.json'], { cwd });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('routes[0] › upstream');
  expect(await textOf(url)).toBe('new');
});

test('hookway reload says when nobody serves the configuration, also after a gateway that was killed', async () => {
  const cwd = projectWith({ 'proxy.config.json': answer('old') });
  const gateway = new GatewayProcess([], { cwd });
  await gateway.url();
  gateway.kill('SIGKILL');
  await gateway.ended;
  for (let i = 0; i < 2; i++) {
    const result = await hookway(['reload'], { cwd });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('no gateway of this user serves');
  }
});

test('a configuration whose file is gone is refused, and one that comes back is loaded', async () => {
  const cwd = projectWith({ 'proxy.config.json': answer('old') });
  const gateway = new GatewayProcess([], { cwd });
  const url = await gateway.url();
  rmSync(join(cwd, 'proxy.config.json'));
  await gateway.logged('configuration refused, the old one goes on');
  expect(await textOf(url)).toBe('old');
  writeTo(join(cwd, 'proxy.config.json'), answer('new'));
  await reloads(gateway);
  expect(await textOf(url)).toBe('new');
});

test('hookway reload finds the gateway by every path of its configuration, also one that leads elsewhere since', async () => {
  const cwd = projectWith({ 'v1/proxy.config.json': answer('1'), 'v2/proxy.config.json': answer('2') });
  symlinkSync('v1', join(cwd, '..data'));
  symlinkSync('..data/proxy.config.json', join(cwd, 'proxy.config.json'));
  const gateway = new GatewayProcess(['run', '--no-watch'], { cwd });
  const url = await gateway.url();
  symlinkSync('v2', join(cwd, '..next'));
  renameSync(join(cwd, '..next'), join(cwd, '..data'));
  expect(await hookway(['reload'], { cwd })).toMatchObject({ code: 0, stderr: '' });
  expect(await textOf(url)).toBe('2');
  const elsewhere = projectWith({});
  symlinkSync(join(cwd, 'proxy.config.json'), join(elsewhere, 'link.json'));
  const result = await hookway(['reload', '--config', 'link.json'], { cwd: elsewhere });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout).toContain('generation 3');
  const other = projectWith({ 'proxy.config.json': answer('other') });
  expect((await hookway(['reload'], { cwd: other })).stderr).toContain('no gateway of this user serves');
});

const isControlFolder = (name: string): boolean => name.startsWith('hookway-');

test('clients of the control socket that ask for nothing cause no reload and hold up nobody', async () => {
  const cwd = projectWith({ 'proxy.config.json': answer('old') });
  const runtime = projectWith({});
  const env = { XDG_RUNTIME_DIR: runtime };
  const gateway = new GatewayProcess(['run', '--no-watch'], { cwd, env });
  await gateway.url();
  const folder = await vi.waitFor(() => join(runtime, readdirSync(runtime).find(isControlFolder)!));
  const path = await vi.waitFor(() => join(folder, readdirSync(folder)[0]!));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const silent = connect(path).on('error', () => {});
  const hostile = connect(path).on('error', () => {});
  hostile.write('x'.repeat(100_000));
  await new Promise((resolve) => hostile.once('close', resolve));
  connect(path).end();
  expect(await hookway(['reload'], { cwd, env })).toMatchObject({ code: 0, stderr: '' });
  expect(gateway.lines.filter(({ msg }) => msg === 'configuration reloaded')).toHaveLength(1);
  silent.destroy();
});
