import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { unusedPort } from 'hookway/testing';
import { projectWith, sound, writeTo } from '../../unit/config/project.ts';
import { GatewayProcess, hookway } from '../cli-process.ts';
import { curl } from '../peers.ts';

const answering = (port: number, body: string, extra: object = {}): object => ({
  ...sound,
  plugins: [
    ['admin', { port, mount: '/config' }],
    ['static-response', { status: 200, body }],
  ],
  ...extra,
});

async function textOf(url: string): Promise<string> {
  return (await curl(url)).body.toString();
}

test('a GET of /config/reload on the main listener has the changed configuration served', async () => {
  const port = await unusedPort();
  const cwd = projectWith({ 'proxy.config.json': answering(port, 'old') });
  const gateway = new GatewayProcess(['run', '--no-watch'], { cwd });
  const url = await gateway.url();
  expect(await textOf(url)).toBe('old');
  writeTo(join(cwd, 'proxy.config.json'), answering(port, 'new'));
  expect(await textOf(url)).toBe('old');
  expect(await curl(`${url}/config/reload`)).toMatchObject({ status: 200 });
  expect(await textOf(url)).toBe('new');
});

test('a configuration that is refused is 422 with what hookway check says, and the old one goes on', async () => {
  const port = await unusedPort();
  const cwd = projectWith({ 'proxy.config.json': answering(port, 'old') });
  const gateway = new GatewayProcess(['run', '--no-watch'], { cwd });
  const url = await gateway.url();
  const broken = { routes: [{ upstream: 'nowhere' }], drainTimeoutMs: -1 };
  for (const content of [answering(port, 'new', broken), '{ "listeners": [']) {
    writeTo(join(cwd, 'proxy.config.json'), content);
    const answer = await curl('-X', 'POST', `http://127.0.0.1:${port}/config/reload`);
    const { problems } = JSON.parse(answer.body.toString()) as {
      problems: { place: string; message: string }[];
    };
    const said = problems.map(({ place, message }) => (place === '' ? message : `${place}: ${message}`));
    const check = await hookway(['check'], { cwd });
    expect(answer.status).toBe(422);
    expect(said.map((line) => `hookway: ${line}`)).toEqual(check.stderr.trim().split('\n'));
    expect(await textOf(url)).toBe('old');
  }
  const version = await curl(`http://127.0.0.1:${port}/version`);
  expect(JSON.parse(version.body.toString())).toMatchObject({
    generation: 1,
    lastReload: { isAccepted: false, error: expect.any(String) },
  });
});

test('a configuration can be checked while its gateway runs', async () => {
  const cwd = projectWith({ 'proxy.config.json': answering(await unusedPort(), 'old') });
  const gateway = new GatewayProcess([], { cwd });
  await gateway.logged('admin listening');
  expect(await hookway(['check'], { cwd })).toMatchObject({ code: 0, stderr: '' });
});

test('explain says that the plugin answers, and reloads nothing', async () => {
  const cwd = projectWith({ 'proxy.config.json': answering(await unusedPort(), 'old') });
  const { stdout } = await hookway(['explain', 'GET', 'http://localhost/config/reload'], { cwd });
  expect(stdout).toMatch(/admin +Default +answered 503/);
  expect(stdout).toContain('not_in_service');
});

test('files that a reload by the plugin brings are watched', async () => {
  const port = await unusedPort();
  const config = (text: string): string => `
    import admin from 'hookway/plugins/admin';
    import staticResponse from 'hookway/plugins/static-response';
    ${text}
    export default {
      listeners: [{ host: '127.0.0.1', port: 0 }],
      upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
      routes: [{ upstream: 'app' }],
      plugins: [admin({ port: ${port} }), staticResponse({ status: 200, body: text })],
    };`;
  const cwd = projectWith({
    'a/proxy.config.ts': config('const text = "1";'),
    'b/text.ts': 'export default "2";',
  });
  const gateway = new GatewayProcess(['--config', 'a/proxy.config.ts'], { cwd });
  const url = await gateway.url();
  writeTo(join(cwd, 'a/proxy.config.ts'), config("import text from '../b/text.ts';"));
  expect(await curl('-X', 'POST', `http://127.0.0.1:${port}/config/reload`)).toMatchObject({ status: 200 });
  expect(await textOf(url)).toBe('2');
  writeTo(join(cwd, 'b/text.ts'), 'export default "3";');
  const isServed = async (): Promise<void> => expect(await textOf(url)).toBe('3');
  await vi.waitFor(isServed, { timeout: 15_000, interval: 100 });
});

/** As `npm start` serves it, but for its ports. */
async function exampleOfReadme(): Promise<string> {
  const root = new URL('../../../', import.meta.url);
  let text = readFileSync(new URL('proxy.config.ts', root), 'utf8');
  text = text.replace('./examples/', fileURLToPath(new URL('examples/', root)));
  text = text.replace('{ port: 8080 }', "{ host: '127.0.0.1', port: 0 as number }");
  text = text.replace("admin({ mount: '/config' })", "admin({ port: 0, mount: '/config' })");
  for (const port of ['9001', '9002', '9003']) text = text.replaceAll(port, String(await unusedPort()));
  return text;
}

test('the configuration that npm start serves is reloaded by a GET of /config/reload', async () => {
  const gateway = new GatewayProcess([], {
    cwd: projectWith({ 'proxy.config.ts': await exampleOfReadme() }),
  });
  const url = await gateway.url();
  const answer = await curl('-v', `${url}/config/reload`);
  expect([answer.status, answer.body.toString()]).toEqual([200, '{"generation":2}\n']);
  expect(await textOf(url)).toContain('Hello from demo-');
});
