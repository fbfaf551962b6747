import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { definePlugin, respond } from 'hookway';
import { startTestGateway, unusedPort } from 'hookway/testing';
import accessLog from 'hookway/plugins/access-log';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import requestId from 'hookway/plugins/request-id';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hookway-access-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const linesOf = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);
const recordsOf = (file: string): unknown[] => linesOf(file).map((line) => JSON.parse(line) as unknown);

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
      attempts: 1,
      queueMs: expect.any(Number),
      connectMs: expect.any(Number),
      firstByteMs: expect.any(Number),
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
      endedBy: 'backend',
      code: 'connect_failed',
      route: 'all',
      upstream: 'dead',
      backend: 'dead-1',
      attempts: 1,
      exchange: (dead.json() as { exchange: string }).exchange,
    },
    { status: 418, phase: 'done', code: 'teapot', plugin: 'teapot', hook: 'onRequest', attempts: 0 },
    { status: 404, code: 'no_route', endedBy: 'client' },
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
    { target: '/slow', status: 499, endedBy: 'client', code: 'client_aborted', bytesSent: 0 },
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
    `plugins[0] access-log: EISDIR: illegal operation on a directory, open '${file}'`,
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
    { level: 'warn', msg: 'the access log lost lines', lostBytes: expect.any(Number) },
  ]);
});

test('a reader that stopped reading stops no traffic, and every line that it misses is counted', async () => {
  const file = join(newFolder(), 'pipe');
  execFileSync('mkfifo', [file]);
  const held = openSync(file, constants.O_RDWR);
  const plugins = [accessLog({ file, maxBufferedBytes: 65_536 })];
  await using gateway = await startTestGateway({ plugins });
  const headers = { 'user-agent': 'x'.repeat(8_000) };
  for (let i = 0; i < 40; i++) expect((await gateway.fetch('/', { headers })).status).toBe(200);
  await gateway.waitForLog(({ msg }) => msg === 'the access log is written too slowly, lines are dropped');

  const reader = spawn('cat', [file], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(reader.stdout, 'readable'); // it has opened the pipe
  const read = text(reader.stdout);
  await gateway.close();
  closeSync(held);
  const written = (await read).split('\n').length - 1;
  const lost = gateway.logLines.map(({ lostLines = 0 }) => Number(lostLines));
  expect(Math.max(...lost)).toBeGreaterThan(0);
  expect(lost.reduce((sum, lines) => sum + lines, written)).toBe(40);
});
