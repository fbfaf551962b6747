import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

/*
 * The fourteen steps of the plan that the project began with: each runs its lines as they are written, against the
 * gateway that `npm start` runs, on the ports 8080 and 8443. As the superuser it does so in a network namespace of its
 * own, where these ports are free.
 */

const root = fileURLToPath(new URL('../../', import.meta.url));
const command = join(root, 'dist/cli/main.js');

const mayUnshare = (): boolean =>
  process.getuid?.() === 0 && spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0;

interface Outcome {
  readonly code: number;
  /** Standard output and error together, as a terminal shows them. */
  readonly text: string;
}

let gateway: ChildProcess;
let folder: string;
let isApart: boolean;
const log: Record<string, unknown>[] = [];

/** Runs a line of the plan in bash. */
function run(line: string): Promise<Outcome> {
  const shell = ['bash', '-c', `${line} 2>&1`];
  const [file, ...args] = isApart ? ['nsenter', '-t', String(gateway.pid), '-n', ...shell] : shell;
  return new Promise((resolve) => {
    execFile(file!, args, { timeout: 60_000 }, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), text: stdout });
    });
  });
}

/** As `run`, for a line that must succeed. */
async function textOf(line: string): Promise<string> {
  const { code, text } = await run(line);
  expect(code, text).toBe(0);
  return text;
}

/** Resolves when there is a log line with all of these members. */
async function logged(members: Readonly<Record<string, unknown>>, from = 0): Promise<void> {
  const fits = (line: Record<string, unknown>): boolean =>
    Object.entries(members).every(([name, value]) => line[name] === value);
  await vi.waitFor(
    () => {
      if (!log.slice(from).some(fits)) throw new Error(`no log line has ${JSON.stringify(members)}`);
    },
    { timeout: 10_000 },
  );
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hookway-plan-'));
  isApart = mayUnshare();
  const start = [process.execPath, command, '--config', join(root, 'proxy.config.ts')];
  const apart = ['unshare', '-n', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...start];
  const [file, ...args] = isApart ? apart : start;
  gateway = spawn(file!, args, {
    cwd: folder,
    env: { ...process.env, HTTPS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: gateway.stdout! }).on('line', (line) => {
    log.push(JSON.parse(line) as Record<string, unknown>);
  });
  await logged({ msg: 'listening', port: 8080 });
  await logged({ msg: 'listening', port: 8443 });
});

afterAll(async () => {
  if (gateway.exitCode === null) {
    gateway.kill('SIGTERM');
    await once(gateway, 'exit');
  }
  expect(gateway.exitCode).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});

test('step 1: connections are accepted', async () => {
  expect(await textOf('curl -v http://localhost:8080')).toContain('Connected to localhost');
});

test('step 2: requests are parsed, and logged', async () => {
  const text = await textOf(
    'curl -v -X GET http://localhost:8080/test -H "Content-Type: application/json" -H "X-Custom-Header: test"',
  );
  expect(text).toContain('GET /test HTTP/1.1');
  expect(text).toContain('x-custom-header: test');
  await logged({ method: 'GET', target: '/test', status: 200 });
});

test('step 3: responses are well-formed', async () => {
  expect(await textOf('curl -v http://localhost:8080/health')).toContain('< HTTP/1.1 200 OK');
});

test('step 4: backends are connected', async () => {
  expect(await textOf('curl -v http://localhost:8080/')).toContain('Hello from demo-');
});

test('step 5: requests are forwarded with their bodies and the proxy’s fields', async () => {
  const line = `curl -v -X POST http://localhost:8080/api/data -H "Content-Type: application/json" -d '{"test": "data"}'`;
  expect(await textOf(line)).toContain('{"test": "data"}');
  const seen = await textOf('curl -v http://localhost:8080/');
  expect(seen).toMatch(/x-forwarded-for: (127\.0\.0\.1|::1)/);
  expect(seen).toMatch(/x-real-ip: (127\.0\.0\.1|::1)/);
});

test('step 6: responses are relayed', async () => {
  const text = await textOf('curl -v http://localhost:8080/');
  expect(text).toContain('< HTTP/1.1 200 OK');
  expect(text).toMatch(/x-backend: demo-[12]/i);
});

test('step 7: requests are distributed over several backends', async () => {
  const text = await textOf('for i in {1..10}; do curl -s http://localhost:8080/ | grep "Server"; done');
  const servers = text
    .trim()
    .split('\n')
    .map((line) => /Server: (demo-\d)/.exec(line)?.[1]);
  expect(servers.filter((name) => name === 'demo-1')).toHaveLength(5);
  expect(servers.filter((name) => name === 'demo-2')).toHaveLength(5);
});

test('step 8: hosts are routed to different backends', async () => {
  expect(await textOf('curl -v -H "Host: api.example.com" http://localhost:8080/')).toContain(
    'Hello from demo-3',
  );
  expect(await textOf('curl -v -H "Host: web.example.com" http://localhost:8080/')).toMatch(
    /Hello from demo-[12]/,
  );
});

test('step 9: connections are kept, and compressed answers pass through', async () => {
  expect(await textOf('curl -v -H "Connection: keep-alive" http://localhost:8080/')).toContain(
    'Connection #0 to host localhost left intact',
  );
  const line = 'curl -v -H "Accept-Encoding: gzip" http://localhost:8080/';
  expect(await textOf(`${line} --output /dev/null`)).toMatch(/< content-encoding: gzip/i);
  expect(await textOf('curl -s -H "Accept-Encoding: gzip" http://localhost:8080/ | gunzip')).toContain(
    'Hello from demo-',
  );
});

test('step 10: https is served', async () => {
  const text = await textOf('curl -v -k https://localhost:8443/');
  expect(text).toContain('Hello from demo-');
  expect(text).toContain('x-forwarded-proto: https');
});

test('step 11: every request is logged with its status and times', async () => {
  const before = log.length;
  await textOf('curl -v http://localhost:8080/');
  await logged({ target: '/', status: 200 }, before);
  expect(log.at(-1)).toHaveProperty('totalMs');
});

test('step 12: a thousand requests of ten clients, none of which fails', async () => {
  const text = await textOf('ab -n 1000 -c 10 http://localhost:8080/');
  expect(text).toMatch(/Complete requests:\s+1000/);
  expect(text).toMatch(/Failed requests:\s+0/);
  expect(text).not.toContain('Non-2xx responses');
});

test('step 13: the configuration is loaded anew without a restart', async () => {
  expect(await textOf('curl -v http://localhost:8080/config/reload')).toContain('< HTTP/1.1 200 OK');
  await logged({ msg: 'configuration reloaded', generation: 2 });
  expect(await textOf('curl -v http://localhost:8080/')).toContain('Hello from demo-');
});

test('step 14: all of it together, and a client that does not wait', async () => {
  expect(await textOf('curl -v -X GET http://localhost:8080/')).toContain('< HTTP/1.1 200 OK');
  expect(await textOf(`curl -v -X POST http://localhost:8080/api -d '{"test": true}'`)).toContain(
    '{"test": true}',
  );
  expect(await textOf('curl -v -H "Host: different.example.com" http://localhost:8080/')).toContain(
    '< HTTP/1.1 200 OK',
  );
  const timedOut = 28;
  expect((await run('curl -v --max-time 1 http://localhost:8080/slow-endpoint')).code).toBe(timedOut);
  await logged({ target: '/slow-endpoint', code: 'client_aborted' });
  expect(await textOf('curl -v http://localhost:8080/')).toContain('Hello from demo-');
});
