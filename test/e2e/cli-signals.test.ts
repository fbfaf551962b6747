import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { projectWith, sound } from '../unit/config/project.ts';
import { HeldBackend, startBackend } from './cli-backend.ts';
import { GatewayProcess } from './cli-process.ts';

/** Logs one line for each exchange. */
const countingPlugin = `
  import { definePlugin } from 'hookway';
  export default definePlugin({
    name: 'counting',
    setup(gateway) {
      gateway.hooks.onComplete.tap(() => gateway.log.info('exchange'));
    },
  });`;

function startGateway(backend: string, more: object = {}): GatewayProcess {
  const upstreams = { app: { backends: [backend] } };
  const configuration = { ...sound, upstreams, plugins: ['./counting.ts'], ...more };
  const cwd = projectWith({ 'proxy.config.json': configuration, 'counting.ts': countingPlugin });
  return new GatewayProcess([], { cwd });
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s lets a request in flight finish, then ends with 0',
  async (signal) => {
    const backend = new HeldBackend();
    const gateway = startGateway(await backend.url);
    const url = await gateway.url();
    const answer = fetch(url);
    const held = await backend.asked;
    gateway.kill(signal);
    expect(await gateway.logged('draining')).toMatchObject({ signal });
    await expect(fetch(url)).rejects.toThrow();
    held.end('in the end');
    expect(await (await answer).text()).toBe('in the end');
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
    expect(gateway.errors).toBe('');
  },
);

test('an idle gateway ends at once, with idle client connections', async () => {
  const gateway = startGateway(await startBackend());
  await (await fetch(await gateway.url())).text();
  gateway.kill('SIGTERM');
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
});

test('what runs for longer than drainTimeoutMs is cut', async () => {
  const backend = new HeldBackend();
  const gateway = startGateway(await backend.url, { drainTimeoutMs: 50 });
  const answer = fetch(await gateway.url());
  await backend.asked;
  gateway.kill('SIGTERM');
  await expect(answer).rejects.toThrow();
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
});

test.each([
  ['SIGTERM', 'SIGTERM', 143],
  ['SIGTERM', 'SIGINT', 130],
  ['SIGINT', 'SIGINT', 130],
] as const)('%s and then %s end at once with %i', async (first, second, code) => {
  const backend = new HeldBackend();
  const gateway = startGateway(await backend.url);
  const answer = fetch(await gateway.url());
  await backend.asked;
  gateway.kill(first);
  await gateway.logged('draining');
  gateway.kill(second);
  // a second Ctrl-C right behind the first is the echo of one key press: press until it counts
  const pressing = setInterval(() => gateway.kill(second), 120);
  await expect(answer).rejects.toThrow();
  clearInterval(pressing);
  expect(await gateway.ended).toEqual({ code, signal: null });
  expect(await gateway.logged('ending at once')).toMatchObject({ signal: second });
});

test('no log line is lost at the end', async () => {
  const gateway = startGateway(await startBackend(), { plugins: ['./counting.ts', 'access-log'] });
  const url = await gateway.url();
  const requests = 500;
  await Promise.all(Array.from({ length: requests }, async () => (await fetch(url)).text()));
  gateway.kill('SIGTERM');
  await gateway.ended;
  const messages = gateway.lines.map(({ msg }) => msg);
  expect(messages.filter((msg) => msg === 'exchange')).toHaveLength(requests);
  expect(messages).toContain('draining');
  expect(gateway.lines.filter(({ target }) => target === '/')).toHaveLength(requests);
});

test('SIGHUP opens a rotated log file anew', async () => {
  const cwd = projectWith({});
  const file = join(cwd, 'gateway.log');
  const gateway = startGateway(await startBackend(), { log: { file } });
  const patience = { timeout: 15_000 };
  const listening = await vi.waitFor(
    () => JSON.parse(readFileSync(file, 'utf8')) as { port: number },
    patience,
  );
  renameSync(file, `${file}.1`);
  gateway.kill('SIGHUP');
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), patience);
  await (await fetch(`http://127.0.0.1:${listening.port}`)).text();
  gateway.kill('SIGTERM');
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
  expect(readFileSync(file, 'utf8')).toContain('"exchange"');
  expect(readFileSync(`${file}.1`, 'utf8')).toContain('"listening"');
});
