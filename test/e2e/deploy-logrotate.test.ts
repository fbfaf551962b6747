import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { projectWith, sound } from '../unit/config/project.ts';
import { startBackend } from './cli-backend.ts';
import { GatewayProcess } from './cli-process.ts';

const run = promisify(execFile);
const snippet = readFileSync(new URL('../../deploy/logrotate/hookway', import.meta.url), 'utf8');

/** Rotates with the snippet, and a `systemctl` that knows the process. */
async function rotate(cwd: string, pid: number): Promise<void> {
  const owner = (await run('stat', ['-c', '%U %G', cwd])).stdout.trim();
  const configuration = snippet
    .replace('su hookway hookway', `su ${owner}`)
    .replace('/var/log/hookway', join(cwd, 'logs'));
  writeFileSync(join(cwd, 'logrotate.conf'), configuration, { mode: 0o644 });
  writeFileSync(join(cwd, 'systemctl'), `#!/bin/sh\necho ${pid}\n`, { mode: 0o755 });
  const env = { ...process.env, PATH: `${cwd}:/usr/sbin:${process.env['PATH']}` };
  const { stderr } = await run('logrotate', ['--force', '--state', 'state', 'logrotate.conf'], { cwd, env });
  expect(stderr).toBe('');
}

function linesOf(folder: string): { target: string }[] {
  const texts = readdirSync(folder).map((name) => {
    const bytes = readFileSync(join(folder, name));
    return String(name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  });
  return texts.flatMap((text) =>
    text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as { target: string }])),
  );
}

test('logrotate with the snippet loses no line of a gateway under load', async () => {
  const cwd = projectWith({
    'proxy.config.json': {
      ...sound,
      upstreams: { app: { backends: [await startBackend()] } },
      plugins: [['access-log', { file: 'logs/access.log', maxDelayMs: 10 }]],
    },
  });
  const gateway = new GatewayProcess([], { cwd });
  const url = await gateway.url();
  const logs = join(cwd, 'logs');
  let requests = 0;
  let isOver = false;
  const ask = async (): Promise<void> => {
    while (!isOver) await (await fetch(`${url}/${requests++}`)).text();
  };
  const clients = Array.from({ length: 4 }, ask);
  const pid = (await gateway.logged('listening'))['pid'] as number;
  for (let rotation = 0; rotation < 3; rotation++) {
    const file = join(logs, 'access.log');
    await expect.poll(() => existsSync(file) && readFileSync(file).length, { timeout: 10_000 }).toBeTruthy();
    await rotate(cwd, pid);
  }
  isOver = true;
  await Promise.all(clients);
  gateway.kill('SIGTERM');
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
  expect(readdirSync(logs).sort()).toEqual([
    'access.log',
    'access.log.1',
    'access.log.2.gz',
    'access.log.3.gz',
  ]);
  const targets = linesOf(logs).map(({ target }) => Number(target.slice(1)));
  expect(targets.sort((a, b) => a - b)).toEqual(Array.from({ length: requests }, (_, index) => index));
});
