import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const helloPackage = join(repository, 'examples/hookway-plugin-hello');
const compiler = join(repository, 'node_modules/@typescript/native/bin/tsc');
const folder = mkdtempSync(join(tmpdir(), 'hookway-consumer-'));

interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program in the consumer's folder to its end. */
async function run(program: string, ...args: readonly string[]): Promise<Finished> {
  const child = spawn(program, args, { cwd: folder });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

async function succeed(program: string, ...args: readonly string[]): Promise<string> {
  const { code, output } = await run(program, ...args);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${output}`);
  return output;
}

function write(name: string, content: string | object): void {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

async function pack(directory: string): Promise<string> {
  const report = await succeed('npm', 'pack', directory, '--ignore-scripts', '--json', '--silent');
  const [{ filename }] = JSON.parse(report.slice(report.indexOf('['))) as [{ filename: string }];
  return `./${filename}`;
}

const myPlugin = `
import { definePlugin, type Exchange } from 'hookway';

const nameOf = ({ inbound }: Exchange): string => inbound.path.slice(1);

export default definePlugin({
  name: 'my-plugin',
  setup({ hooks }) {
    hooks.onResponse.tap((exchange) => {
      exchange.response!.fields.set('X-Mine', nameOf(exchange));
    });
  },
});`;

const configuration = (backend: string, greeting = `{ greeting: 'Good morning' }`): string => `
import { only } from 'hookway';
import { defineConfig } from 'hookway/config';
import accessLog from 'hookway/plugins/access-log';
import hello from 'hookway-plugin-hello';
import myPlugin from './my-plugin.ts';

export default defineConfig({
  listeners: [{ host: '127.0.0.1', port: 0 }],
  upstreams: { app: { backends: ['${backend}'] } },
  routes: [{ name: 'all', upstream: 'app' }],
  plugins: [hello(${greeting}), only({ routes: ['all'] }, myPlugin()), accessLog()],
});`;

const compilerOptions = {
  module: 'nodenext',
  target: 'es2022',
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  typeRoots: [join(repository, 'node_modules/@types')],
  types: ['node'],
};

beforeAll(async () => {
  const tarballs = [await pack(repository), await pack(helloPackage)];
  write('package.json', { name: 'consumer', private: true, type: 'module' });
  write('tsconfig.json', { compilerOptions, files: ['proxy.config.ts'] });
  write('my-plugin.ts', myPlugin);
  await succeed(
    'npm',
    'install',
    ...tarballs,
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--install-links',
  );
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function startBackend(): Promise<string> {
  const server = createServer((_request, response) => response.end('from the backend'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

// npx runs the command in processes of its own: the group of them ends with our end of their standard input
const npxBoundToUs = 'exec 3<&0; (cat <&3; kill -9 -$$) >/dev/null 2>&1 & exec npx --no-install "$@" 3<&-';

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid!, 'SIGKILL');
  await once(child, 'exit');
}

/** Runs `npx hookway` until the test is over; resolves with the URL that it listens on. */
async function startGateway(...args: readonly string[]): Promise<string> {
  const command = ['-c', npxBoundToUs, 'sh', 'hookway', ...args];
  const child = spawn('/bin/sh', command, { cwd: folder, detached: true });
  onTestFinished(() => stop(child));
  let errors = '';
  child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, port } = JSON.parse(line) as { msg: string; port: number };
    if (msg === 'listening') return `http://127.0.0.1:${port}`;
  }
  throw new Error(`hookway ended: ${errors}`);
}

test('both packages are installed as copies, with nothing but what they need', () => {
  const installed = join(folder, 'node_modules/hookway');
  for (const name of ['hookway', 'hookway-plugin-hello']) {
    expect(lstatSync(join(folder, 'node_modules', name)).isSymbolicLink()).toBe(false);
  }
  expect(existsSync(join(installed, 'dist/core/index.d.ts'))).toBe(true);
  for (const name of ['core', 'test', 'bench', 'examples', 'node_modules']) {
    expect(existsSync(join(installed, name))).toBe(false);
  }
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(lock) as { packages: Record<string, unknown> };
  expect(Object.keys(packages).filter((path) => path.endsWith('node_modules/hookway'))).toHaveLength(1);
});

test('the entries that the package promises can be imported, and no others', async () => {
  const probe = `
    const names = ['', '/config', '/testing', '/plugins/access-log'];
    for (const name of names) await import('hookway' + name);
    await import('hookway/dist/core/index.js').then(
      () => process.exit(3),
      ({ code }) => console.log(code),
    );`;
  expect(await succeed(process.execPath, '--input-type=module', '--eval', probe)).toContain(
    'ERR_PACKAGE_PATH_NOT_EXPORTED',
  );
});

test('a configuration in TypeScript with three kinds of plugins compiles and runs', async () => {
  write('proxy.config.ts', configuration(await startBackend()));
  await succeed(process.execPath, compiler, '--project', '.');
  expect(await succeed('npx', '--no-install', 'hookway', 'check')).toContain('ok');
  const response = await fetch(`${await startGateway()}/me`);
  expect(await response.text()).toBe('from the backend');
  expect([response.headers.get('x-hello'), response.headers.get('x-mine')]).toEqual(['Good morning', 'me']);
});

test('wrong options of an installed plugin are an error of the compiler, and of the gateway', async () => {
  write('proxy.config.ts', configuration('http://127.0.0.1:9001', '{ greting: 1 }'));
  const compiled = await run(process.execPath, compiler, '--project', '.');
  expect(compiled.code).not.toBe(0);
  expect(compiled.output).toContain('greting');
  const checked = await run('npx', '--no-install', 'hookway', 'check');
  expect(checked.code).toBe(1);
  expect(checked.output).toContain('plugins[0] hello');
});

test('a configuration in JSON finds the installed plugin and the local one by name', async () => {
  write('named.json', {
    listeners: [{ host: '127.0.0.1', port: 0 }],
    upstreams: { app: { backends: [await startBackend()] } },
    routes: [{ upstream: 'app' }],
    plugins: [['hello', { greeting: 'By name' }], './my-plugin.ts', 'access-log'],
  });
  const response = await fetch(`${await startGateway('--config', 'named.json')}/you`);
  expect([response.headers.get('x-hello'), response.headers.get('x-mine')]).toEqual(['By name', 'you']);
});

test('tracing works where the OpenTelemetry API cannot be found', async () => {
  // it comes with prom-client, but strict package managers show it to nobody else
  rmSync(join(folder, 'node_modules/@opentelemetry'), { recursive: true });
  write('traced.json', {
    listeners: [{ host: '127.0.0.1', port: 0 }],
    upstreams: { app: { backends: [await startBackend()] } },
    routes: [{ upstream: 'app' }],
    plugins: [['tracing', { startTraces: 'sampled', responseHeader: 'x-trace-id' }]],
  });
  const response = await fetch(await startGateway('--config', 'traced.json'));
  expect(response.headers.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
});
