import { spawn } from 'node:child_process';
import { on } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { projectWith, sound, writeTo } from '../unit/config/project.ts';
import { HeldBackend } from './cli-backend.ts';
import { GatewayProcess } from './cli-process.ts';

const receiver = fileURLToPath(new URL('notify-socket.py', import.meta.url));

type Message = Readonly<Record<string, string>>;

/** A process that receives as systemd does, with Python's datagram sockets. */
async function startReceiver(path: string): Promise<() => Promise<Message>> {
  const child = spawn('python3', [receiver, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = on(createInterface({ input: child.stdout }), 'line');
  const next = async (): Promise<Message> => {
    const { value } = (await lines.next()) as { value: [string] };
    const assignments = JSON.parse(value[0]) as string[];
    return Object.fromEntries(assignments.map((each) => each.split(/=(.*)/s).slice(0, 2)));
  };
  await next();
  return next;
}

async function startUnderSystemd(configuration: object) {
  const cwd = projectWith({ 'proxy.config.json': configuration });
  const socket = join(cwd, 'notify');
  const nextMessage = await startReceiver(socket);
  const gateway = new GatewayProcess(['--no-watch'], { cwd, env: { NOTIFY_SOCKET: socket } });
  return { cwd, gateway, nextMessage };
}

test('systemd is told when the gateway serves, how each reload went, and that it drains', async () => {
  const { cwd, gateway, nextMessage } = await startUnderSystemd(sound);
  expect(await nextMessage()).toEqual({ READY: '1', STATUS: 'serving configuration 1' });
  expect(gateway.lines.map(({ msg }) => msg)).toContain('listening');

  gateway.kill('SIGHUP');
  expect(await nextMessage()).toMatchObject({
    RELOADING: '1',
    MONOTONIC_USEC: expect.stringMatching(/^[0-9]+$/),
  });
  expect(await nextMessage()).toEqual({ READY: '1', STATUS: 'serving configuration 2' });

  writeTo(join(cwd, 'proxy.config.json'), { ...sound, lisners: 1 });
  gateway.kill('SIGHUP');
  expect(await nextMessage()).toMatchObject({ RELOADING: '1' });
  const { READY, STATUS } = await nextMessage();
  expect(READY).toBe('1');
  expect(STATUS).toMatch(/^serving configuration 2, refused another: .*unknown key "lisners"/);

  gateway.kill('SIGTERM');
  expect(await nextMessage()).toMatchObject({ STOPPING: '1' });
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
});

test('systemd is asked for as much time as the drain may take', async () => {
  const backend = new HeldBackend();
  const upstreams = { app: { backends: [await backend.url] } };
  const { gateway, nextMessage } = await startUnderSystemd({ ...sound, upstreams, drainTimeoutMs: 600_000 });
  expect(await nextMessage()).toMatchObject({ READY: '1' });
  const answer = fetch(await gateway.url());
  const held = await backend.asked;
  gateway.kill('SIGTERM');
  expect(await nextMessage()).toEqual({
    STOPPING: '1',
    EXTEND_TIMEOUT_USEC: '630000000',
    STATUS: 'draining',
  });
  held.end('in the end');
  expect(await (await answer).text()).toBe('in the end');
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
});

test('without the command that tells systemd, the gateway serves and says that it cannot', async () => {
  const cwd = projectWith({ 'proxy.config.json': sound });
  const env = { NOTIFY_SOCKET: join(cwd, 'notify'), PATH: cwd };
  const gateway = new GatewayProcess([], { cwd, env });
  const { err } = await gateway.logged('systemd cannot be told');
  expect(err).toMatchObject({ code: 'ENOENT' });
  gateway.kill('SIGTERM');
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
});
