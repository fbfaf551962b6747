import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { unusedPort } from 'hookway/testing';
import { projectWith, sound } from '../../unit/config/project.ts';
import { startBackend } from '../cli-backend.ts';
import { GatewayProcess } from '../cli-process.ts';

const command = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

async function startProcess(options: object): Promise<{ gateway: GatewayProcess; url: string; cwd: string }> {
  const upstreams = { app: { backends: [await startBackend()] } };
  const cwd = projectWith({
    'proxy.config.json': { ...sound, upstreams, plugins: [['access-log', options]] },
  });
  const gateway = new GatewayProcess([], { cwd });
  return { gateway, url: await gateway.url(), cwd };
}

const targetsOf = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { target: string }).target);

test('a process that is told to end has written every line to standard output', async () => {
  const { gateway, url } = await startProcess({});
  const paths = Array.from({ length: 50 }, (_, index) => `/${index}`);
  await Promise.all(paths.map((path) => fetch(url + path)));
  gateway.kill('SIGTERM');
  expect(await gateway.ended).toMatchObject({ code: 0 });
  const targets = gateway.lines.flatMap(({ target }) => (typeof target === 'string' ? [target] : []));
  expect(targets.sort()).toEqual(paths.sort());
});

test('a process that breaks off has written the lines before', async () => {
  const cwd = projectWith({
    'proxy.config.ts': `
      import { definePlugin, Stage } from 'hookway';
      import { defineConfig } from 'hookway/config';
      import accessLog from 'hookway/plugins/access-log';
      const crash = definePlugin({
        name: 'crash',
        setup: ({ hooks }) => hooks.onComplete.tap({ stage: Stage.Finish }, () => process.exit(3)),
      });
      export default defineConfig({
        listeners: [{ host: '127.0.0.1', port: 0 }],
        upstreams: { app: { backends: ['${await startBackend()}'] } },
        routes: [{ upstream: 'app' }],
        plugins: [accessLog({ file: 'access.log', maxDelayMs: 10_000 }), crash()],
      });`,
  });
  const gateway = new GatewayProcess([], { cwd });
  await fetch(`${await gateway.url()}/last`).catch(() => {});
  expect(await gateway.ended).toMatchObject({ code: 3 });
  expect(targetsOf(readFileSync(join(cwd, 'access.log'), 'utf8'))).toEqual(['/last']);
});

test('SIGHUP leaves a rotated file', async () => {
  const { gateway, url, cwd } = await startProcess({ file: 'logs/access.log' });
  const file = join(cwd, 'logs/access.log');
  await fetch(`${url}/before`);
  await expect.poll(() => readFileSync(file, 'utf8')).toContain('/before');
  renameSync(file, `${file}.1`);
  gateway.kill('SIGHUP');
  await expect.poll(() => existsSync(file)).toBe(true);
  await fetch(`${url}/after`);
  gateway.kill('SIGTERM');
  await gateway.ended;
  expect(targetsOf(readFileSync(`${file}.1`, 'utf8'))).toEqual(['/before']);
  expect(targetsOf(readFileSync(file, 'utf8'))).toEqual(['/after']);
});

test('a process whose standard output nobody reads still serves and still ends', async () => {
  const upstreams = { app: { backends: [await startBackend()] } };
  const listeners = [{ host: '127.0.0.1', port: await unusedPort() }];
  const plugins = [['access-log', { maxBufferedBytes: 65_536 }]];
  const cwd = projectWith({
    'proxy.config.json': { ...sound, listeners, upstreams, plugins, log: { file: 'gateway.log' } },
  });
  const child = spawn(process.execPath, [command], { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${listeners[0]!.port}`;
  await expect
    .poll(
      () =>
        fetch(url).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 10_000 },
    )
    .toBe(200);
  const headers = { 'user-agent': 'x'.repeat(8_000) };
  for (let i = 0; i < 200; i++) expect((await fetch(url, { headers })).status).toBe(200);
  await expect.poll(() => readFileSync(join(cwd, 'gateway.log'), 'utf8')).toContain('lines are dropped');
  child.kill('SIGTERM');
  expect((await once(child, 'exit'))[0]).toBe(0);
  expect(readFileSync(join(cwd, 'gateway.log'), 'utf8')).toContain('the access log lost lines');
});
