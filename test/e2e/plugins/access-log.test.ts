import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { definePlugin, respond } from 'hookway';
import { startTestGateway, unusedPort } from 'hookway/testing';
import accessLog, { AccessLogs, type AccessLogState } from 'hookway/plugins/access-log';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import requestId from 'hookway/plugins/request-id';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hookway-access-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const linesOf = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);
const recordsOf = (file: string): unknown[] => linesOf(file).map((line) => JSON.parse(line) as unknown);

let accessLogs: () => readonly AccessLogState[] = () => [];

/** Gives `accessLogs` what others can read of the logs. */
const watchLogs = definePlugin({
  name: 'watch-logs',
  setup: (gateway) => {
    accessLogs = () => gateway.use(AccessLogs)!.logs;
  },
});

const teapot = definePlugin({
  name: 'teapot',
  setup: ({ hooks }) => {
    hooks.onRequest.tap(({ inbound }) =>
      inbound.path === '/tea' ? respond(418, {}, undefined, { code: 'teapot' }) : undefined,
    );
  },
});

test('writes one JSON object for each exchange, and all of them before the gateway is closed', async () => {
  const file = join(newFolder(), 'deep', 'access.log');
  const plugins = [requestId(), forwardedHeaders({ trust: ['loopback'] }), accessLog({ file })];
  await using gateway = await startTestGateway({ plugins, origin: { body: 'hello' } });
  const headers = {
    'user-agent': 'test "1"',
    referer: 'http://b.example/',
    'x-forwarded-for': '2001:db8::1',
  };
  const { port } = gateway;
  const backend = gateway.origin.authority;
  const { headers: answered } = await gateway.fetch('/a?b=c', { method: 'POST', body: 'four', headers });
  await gateway.close();
  expect(recordsOf(file)).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      client: '2001:db8::1',
      method: 'POST',
      target: '/a?b=c',
      host: `127.0.0.1:${port}`,
      httpVersion: '1.1',
      status: 200,
      bytesReceived: 4,
      bytesSent: 5,
      upstream: 'origin',
      backend,
      termination: '--',
      attempts: 1,
      clientHeadMs: expect.any(Number),
      queueMs: expect.any(Number),
      connectMs: expect.any(Number),
      backendHeadMs: expect.any(Number),
      dataMs: expect.any(Number),
      totalMs: expect.any(Number),
      phase: 'done',
      requestId: answered['x-request-id'],
      userAgent: 'test "1"',
      referer: 'http://b.example/',
    },
  ]);
});

test('tells who ended an exchange, where and why', async () => {
  const file = join(newFolder(), 'access.log');
  await using gateway = await startTestGateway({
    plugins: [teapot(), accessLog({ file })],
    upstreams: { dead: { backends: [{ url: `http://127.0.0.1:${await unusedPort()}`, name: 'dead-1' }] } },
    routes: [{ name: 'all', hosts: ['a.example'], upstream: 'dead' }],
  });
  const host = { host: 'a.example' };
  const dead = await gateway.fetch('/', { headers: host });
  await gateway.fetch('/tea', { headers: host });
  await gateway.fetch('/');
  await gateway.close();
  expect(recordsOf(file)).toMatchObject([
    {
      status: 502,
      termination: 'SC',
      endedBy: 'backend',
      code: 'connect_failed',
      route: 'all',
      upstream: 'dead',
      backend: 'dead-1',
      attempts: 1,
      exchange: (dead.json() as { exchange: string }).exchange,
    },
    {
      status: 418,
      termination: 'LR',
      phase: 'done',
      code: 'teapot',
      plugin: 'teapot',
      hook: 'onRequest',
      attempts: 0,
    },
    { status: 404, termination: 'PR', code: 'no_route', endedBy: 'client' },
  ]);
});

test('a client that goes away before the answer is logged as 499', async () => {
  const file = join(newFolder(), 'access.log');
  await using gateway = await startTestGateway({ plugins: [accessLog({ file })], origin: { cutAt: 0 } });
  const client = await gateway.connect();
  client.send('GET /slow HTTP/1.1\r\nHost: a.example\r\n\r\n');
  await gateway.origin.waitForRequest();
  client.reset();
  await gateway.waitForExchange();
  await gateway.close();
  expect(recordsOf(file)).toMatchObject([
    {
      target: '/slow',
      status: 499,
      termination: 'CH',
      endedBy: 'client',
      code: 'client_aborted',
      bytesSent: 0,
    },
  ]);
});

test('the combined format is written when it is asked for', async () => {
  const file = join(newFolder(), 'access.log');
  const plugins = [accessLog({ file, format: 'combined', query: false })];
  await using gateway = await startTestGateway({ plugins });
  await gateway.fetch('/a?token=secret', { headers: { 'user-agent': 'a "b" \\' } });
  await gateway.close();
  expect(linesOf(file)).toEqual([
    expect.stringMatching(
      /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}(:\d\d){3} \+0000\] "GET \/a HTTP\/1\.1" 200 2 "-" "a \\"b\\" \\\\"$/,
    ),
  ]);
});

test('no line is lost when a gateway closes under load', async () => {
  const file = join(newFolder(), 'access.log');
  await using gateway = await startTestGateway({ plugins: [accessLog({ file })] });
  await Promise.all(Array.from({ length: 200 }, (_, index) => gateway.fetch(`/${index}`)));
  await gateway.close();
  const targets = recordsOf(file).map((record) => (record as { target: string }).target);
  expect(targets.sort()).toEqual(Array.from({ length: 200 }, (_, index) => `/${index}`).sort());
});

test('a rotated file is left when files are reopened', async () => {
  const file = join(newFolder(), 'access.log');
  await using gateway = await startTestGateway({ plugins: [accessLog({ file })] });
  await gateway.fetch('/before');
  await expect.poll(() => linesOf(file).length).toBe(1);
  renameSync(file, `${file}.1`);
  gateway.gateway.reopenFiles();
  await gateway.fetch('/after');
  await gateway.close();
  expect(recordsOf(`${file}.1`)).toMatchObject([{ target: '/before' }]);
  expect(recordsOf(file)).toMatchObject([{ target: '/after' }]);
});

test('a file that cannot be opened refuses the configuration', async () => {
  const file = join(newFolder(), 'folder');
  execFileSync('mkdir', [file]);
  const starting = startTestGateway({ plugins: [accessLog({ file })] });
  await expect(starting).rejects.toThrow(
    `access-log: EISDIR: illegal operation on a directory, open '${file}'`,
  );
});

test('a full disk is reported once and stops no traffic', async () => {
  await using gateway = await startTestGateway({ plugins: [accessLog({ file: '/dev/full' })] });
  for (let i = 0; i < 20; i++) expect((await gateway.fetch('/')).status).toBe(200);
  await gateway.waitForLog(({ msg }) => msg === 'the access log cannot be written');
  await gateway.close();
  const reports = gateway.logLines.filter(({ plugin }) => plugin === 'access-log');
  expect(reports).toMatchObject([
    { level: 'error', msg: 'the access log cannot be written', err: { code: 'ENOSPC' } },
    { level: 'warn', msg: 'the access log lost lines', lostLines: 20 },
  ]);
});

const userAgent = { 'user-agent': 'x'.repeat(8_000) };

function newPipe(): string {
  const file = join(newFolder(), 'pipe');
  execFileSync('mkfifo', [file]);
  return file;
}

test('a pipe that nobody reads stops no traffic, and every line that its reader misses is counted', async () => {
  const file = newPipe();
  const plugins = [accessLog({ file, maxBufferedBytes: 65_536 }), watchLogs()];
  await using gateway = await startTestGateway({ plugins });
  for (let i = 0; i < 40; i++) expect((await gateway.fetch('/', { headers: userAgent })).status).toBe(200);
  await gateway.waitForLog(({ msg }) => msg === 'the access log is written too slowly, lines are dropped');
  const [{ droppedLines, bufferedBytes }] = accessLogs() as [AccessLogState];
  expect(droppedLines).toBeGreaterThan(0);
  expect(bufferedBytes).toBeGreaterThan(0);

  const reader = spawn('cat', [file], { stdio: ['ignore', 'pipe', 'ignore'] });
  const read = text(reader.stdout);
  const { lostLines } = await gateway.waitForLog(({ msg }) => msg === 'the access log is written again');
  expect(lostLines).toBe(droppedLines);
  await gateway.fetch('/after');
  await gateway.close();
  const lines = (await read).trimEnd().split('\n');
  expect(lines.length + droppedLines).toBe(41);
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ target: '/after' });
});

test('a reader that goes away and comes back costs nothing but the lines in between', async () => {
  const file = newPipe();
  await using gateway = await startTestGateway({ plugins: [accessLog({ file, maxDelayMs: 0 })] });
  for (const path of ['/first', '/second']) {
    const reader = spawn('head', ['-n', '1', file], { stdio: ['ignore', 'pipe', 'ignore'] });
    const read = text(reader.stdout);
    await gateway.fetch(path);
    expect(JSON.parse(await read)).toMatchObject({ target: path });
  }
  expect(gateway.logLines.filter(({ plugin }) => plugin === 'access-log')).toEqual([]);
});

test('sampling keeps errors and slow exchanges, and rules leave out what nobody wants to see', async () => {
  const file = join(newFolder(), 'access.log');
  const options = { file, sampleShare: 0, skip: [{ paths: ['/health'] }] };
  const slow = { file: `${file}.slow`, sampleShare: 0, errorStatus: 600, slowMs: 1 };
  const late = definePlugin({
    name: 'late',
    setup: ({ hooks }) =>
      hooks.onRequest.tapPromise(async ({ inbound, timings }) => {
        while (inbound.path === '/late' && performance.now() - timings.startedAtMs < 2) await nextTurn();
        return inbound.path === '/late' ? undefined : respond(inbound.path === '/' ? 200 : 503);
      }),
  });
  const plugins = [
    late(),
    accessLog(options),
    accessLog(slow),
    accessLog({ ...options, file: `${file}.a`, slowMs: 1 }),
  ];
  await using gateway = await startTestGateway({ plugins });
  for (const path of ['/', '/health', '/broken', '/late']) await gateway.fetch(path);
  await gateway.close();
  expect(recordsOf(file)).toMatchObject([{ target: '/broken', status: 503 }]);
  expect(recordsOf(`${file}.slow`)).toContainEqual(expect.objectContaining({ target: '/late', slow: true }));
  expect(recordsOf(`${file}.a`)).toContainEqual(expect.objectContaining({ target: '/late', slow: true }));
});

test('a template is written, with header fields of both sides', async () => {
  const file = join(newFolder(), 'access.log');
  const format =
    '{client.address} {method} {status} "{request.header.x-a}" {response.header.x-b} {timers.queue}';
  await using gateway = await startTestGateway({
    plugins: [accessLog({ file, format })],
    origin: { headers: { 'x-b': 'b c' }, body: '' },
  });
  await gateway.fetch('/', { headers: { 'x-a': 'a "b"' } });
  await gateway.close();
  expect(linesOf(file)).toEqual([
    expect.stringMatching(/^127\.0\.0\.1 GET 200 "a \\"b\\"" b\\x20c \d+\.\d{3}$/),
  ]);
});

test('a rule for a route that does not exist refuses the configuration', async () => {
  const routes = [{ name: 'health', upstream: 'origin' }];
  const plugins = [accessLog({ file: '/dev/null', skip: [{ routes: ['healt'] }] })];
  await expect(startTestGateway({ plugins, routes })).rejects.toThrow(
    'plugins[0] access-log: skip: there is no route "healt", did you mean "health"?',
  );
});
