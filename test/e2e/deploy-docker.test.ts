import { execFile } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { unusedPort } from 'hookway/testing';
import { projectWith, sound } from '../unit/config/project.ts';
import { HeldBackend } from './cli-backend.ts';
import { GatewayProcess } from './cli-process.ts';
import { Build, linkInstalled, type Stage } from './dockerfile.ts';

const context = fileURLToPath(new URL('../../', import.meta.url));

async function buildImage(): Promise<Stage> {
  const folder = projectWith({});
  chmodSync(folder, 0o755);
  const install = (into: string): Promise<void> => linkInstalled(context, into);
  return new Build({ context, folder, install }).run();
}

/** Exit code of the health check. */
function healthOf(stage: Stage, env: Record<string, string>): Promise<number> {
  const [, ...args] = stage.healthcheck;
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { env: { ...stage.env, ...env } });
    child.on('exit', (code) => resolve(code ?? -1));
  });
}

test('what the Dockerfile builds runs without privileges and development packages, is healthy, and drains', async () => {
  const stage = await buildImage();
  expect(existsSync(stage.at('/opt/hookway/node_modules/commander'))).toBe(true);
  expect(existsSync(stage.at('/opt/hookway/node_modules/vitest'))).toBe(false);
  expect([stage.entrypoint[0], stage.command, stage.user]).toEqual(['node', ['run'], 'node']);

  const backend = new HeldBackend();
  const port = await unusedPort();
  const configuration = {
    ...sound,
    upstreams: { app: { backends: [await backend.url] } },
    plugins: [['admin', { port }]],
  };
  writeFileSync(join(stage.at('.'), 'proxy.config.json'), JSON.stringify(configuration));
  const env = {
    ...stage.env,
    HOOKWAY_HEALTH_URL: stage.env['HOOKWAY_HEALTH_URL']!.replace('9901', `${port}`),
  };
  const gateway = new GatewayProcess([...stage.command], {
    cwd: stage.at('.'),
    command: stage.at(stage.entrypoint[1]!),
    env,
    ...(process.getuid?.() === 0 ? { uid: 1000 } : {}),
  });

  const answer = fetch(await gateway.url());
  const held = await backend.asked;
  expect(await healthOf(stage, env)).toBe(0);
  gateway.kill('SIGTERM');
  await gateway.logged('draining');
  held.end('in the end');
  expect(await (await answer).text()).toBe('in the end');
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
  expect(await healthOf(stage, env)).toBe(1);
}, 120_000);
