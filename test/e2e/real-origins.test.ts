import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startTestGateway, type TestGateway } from 'hookway/testing';
import { beforeEach, expect, test } from 'vitest';
import { command, curl, startNginx, startPythonServer, temporaryFolder } from './peers.ts';

const megabyte = randomBytes(1_048_576);
const text = 'a line of text that repeats itself\n'.repeat(500);

let root = '';
beforeEach(() => {
  root = temporaryFolder();
  writeFileSync(join(root, 'large.bin'), megabyte);
  writeFileSync(join(root, 'small.txt'), 'small\n');
  writeFileSync(join(root, 'style.css'), text);
});

const gatewayTo = (url: string): Promise<TestGateway> =>
  startTestGateway({ upstreams: { app: { backends: [url] } } });

const gzipped = 'gzip on; gzip_types text/css; gzip_min_length 100; gzip_proxied any;';

test('files of nginx arrive unchanged', async () => {
  await using gateway = await gatewayTo(await startNginx(root));
  const small = await gateway.fetch('/small.txt');
  expect([small.status, small.body, small.headers['content-type']]).toEqual([200, 'small\n', 'text/plain']);
  expect(small.headers.server).toMatch(/^nginx/);
  expect((await gateway.fetch('/large.bin')).bytes.equals(megabyte)).toBe(true);
  expect((await curl(`${gateway.url}/large.bin`)).body.equals(megabyte)).toBe(true);
  expect((await gateway.fetch('/missing')).status).toBe(404);
});

test('a range of a file of nginx is a range of it', async () => {
  await using gateway = await gatewayTo(await startNginx(root));
  const part = await gateway.fetch('/large.bin', { headers: { range: 'bytes=1000-1999' } });
  expect([part.status, part.headers['content-range']]).toEqual([206, 'bytes 1000-1999/1048576']);
  expect(part.bytes.equals(megabyte.subarray(1_000, 2_000))).toBe(true);
  const parts = await gateway.fetch('/large.bin', { headers: { range: 'bytes=0-0,-1' } });
  expect([parts.status, parts.headers['content-type']]).toEqual([
    206,
    expect.stringContaining('multipart/byteranges'),
  ]);
  const none = await gateway.fetch('/large.bin', { headers: { range: 'bytes=2000000-' } });
  expect(none.status).toBe(416);
});

test('what nginx compresses arrives compressed, in chunks', async () => {
  await using gateway = await gatewayTo(await startNginx(root, gzipped));
  const response = await gateway.fetch('/style.css', { headers: { 'accept-encoding': 'gzip' } });
  expect([response.headers['content-encoding'], response.headers['transfer-encoding']]).toEqual([
    'gzip',
    'chunked',
  ]);
  expect(gunzipSync(response.bytes).toString()).toBe(text);
  const { body } = await curl('--compressed', `${gateway.url}/style.css`);
  expect(body.toString()).toBe(text);
});

test('nginx answers a conditional request with 304, and HEAD with the length', async () => {
  await using gateway = await gatewayTo(await startNginx(root));
  const { headers } = await gateway.fetch('/large.bin');
  for (const condition of [
    { 'if-none-match': headers.etag! },
    { 'if-modified-since': headers['last-modified']! },
  ]) {
    const response = await gateway.fetch('/large.bin', { headers: condition });
    expect([response.status, response.bytes.length, response.headers.etag]).toEqual([304, 0, headers.etag]);
  }
  const head = await gateway.fetch('/large.bin', { method: 'HEAD' });
  expect([head.status, head.headers['content-length']]).toEqual([200, '1048576']);
});

test('nginx that closes its connections after a few requests fails nobody', async () => {
  await using gateway = await gatewayTo(await startNginx(root, 'keepalive_requests 3;'));
  for (let i = 0; i < 50; i++) expect((await gateway.fetch('/small.txt')).status).toBe(200);
  const answers = await Promise.all(Array.from({ length: 50 }, () => gateway.fetch('/small.txt')));
  expect(answers.map(({ body }) => body)).toEqual(answers.map(() => 'small\n'));
});

test('nginx with pipelined requests answers each client with its file', async () => {
  for (let i = 0; i < 20; i++) writeFileSync(join(root, `${i}.txt`), `${i}`.repeat(i * 50 + 1));
  const url = await startNginx(root, 'keepalive_requests 7;');
  await using gateway = await startTestGateway({
    upstreams: { app: { backends: [url], pipelining: 5, maxConnections: 2 } },
  });
  const numbers = Array.from({ length: 200 }, (_, i) => i % 20);
  const answers = await Promise.all(numbers.map((i) => gateway.fetch(`/${i}.txt`)));
  expect(answers.map(({ body }) => body)).toEqual(numbers.map((i) => `${i}`.repeat(i * 50 + 1)));
});

test('Python’s HTTP/1.0 server is spoken to, and its files arrive unchanged', async () => {
  await using gateway = await gatewayTo(await startPythonServer(root));
  const small = await gateway.fetch('/small.txt');
  expect([small.status, small.body]).toEqual([200, 'small\n']);
  expect((await gateway.fetch('/large.bin')).bytes.equals(megabyte)).toBe(true);
  expect((await gateway.fetch('/')).body).toContain('small.txt');
  expect((await gateway.fetch('/small.txt', { method: 'HEAD' })).headers['content-length']).toBe('6');
  expect((await gateway.fetch('/missing')).status).toBe(404);
});

const untilClose = `
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b'x' * 10000)
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
print('port', server.server_port, flush=True)
server.serve_forever()
`;

test('an HTTP/1.0 answer without a length arrives whole', async () => {
  const { startProgram } = await import('./peers.ts');
  const { output } = await startProgram('python3', ['-c', untilClose], (text) => /port \d+/.test(text));
  await using gateway = await gatewayTo(`http://127.0.0.1:${/port (\d+)/.exec(output)![1]}`);
  const response = await gateway.fetch('/');
  expect([response.bytes.length, response.headers['transfer-encoding']]).toEqual([1_000_000, 'chunked']);
  const { body } = await curl('--http1.0', gateway.url);
  expect(body).toHaveLength(1_000_000);
});

test.each([
  ['keep-alive', ['-k']],
  ['a connection for each request', []],
])('ab loses no request of a thousand with %s', async (_, options) => {
  await using gateway = await gatewayTo(await startNginx(root));
  const { code, stdout, stderr } = await command(
    'ab',
    '-n',
    '1000',
    '-c',
    '10',
    ...options,
    `${gateway.url}/style.css`,
  );
  const report = stdout.toString();
  expect([code, stderr.match(/error|timeout/i)]).toEqual([0, null]);
  expect(report).toMatch(/Complete requests: +1000\n/);
  expect(report).toMatch(/Failed requests: +0\n/);
  expect(report).not.toMatch(/Non-2xx/);
  expect(report).toMatch(new RegExp(`HTML transferred: +${1_000 * text.length} bytes`));
  if (options.length > 0) expect(report).toMatch(/Keep-Alive requests: +1000\n/);
});
