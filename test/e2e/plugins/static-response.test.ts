import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { only } from 'hookway';
import { startOrigin, startTestGateway } from 'hookway/testing';
import staticResponse from 'hookway/plugins/static-response';

test('a route is answered without a backend', async () => {
  await using origin = await startOrigin();
  const robots = staticResponse({ body: 'Disallow: /\n', headers: { 'Cache-Control': 'max-age=60' } });
  await using gateway = await startTestGateway({
    plugins: [only({ routes: ['robots'] }, robots)],
    upstreams: { app: { backends: [origin.url] } },
    routes: [{ name: 'robots', path: '/robots.txt', upstream: 'app' }, { upstream: 'app' }],
  });
  for (let i = 0; i < 2; i++) {
    const response = await gateway.fetch('/robots.txt');
    expect([response.status, response.body]).toEqual([200, 'Disallow: /\n']);
    expect(response.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'max-age=60',
      'content-length': '12',
    });
  }
  await gateway.fetch('/other');
  expect(origin.requests).toHaveLength(1);
  expect((await gateway.waitForExchange(1)).outcome).toMatchObject({ plugin: 'static-response' });
});

test('JSON is sent as JSON, with any status', async () => {
  const plugins = [staticResponse({ status: 503, json: { sorry: 'é' } })];
  await using gateway = await startTestGateway({ plugins });
  const response = await gateway.fetch('/', { body: 'x' });
  expect([response.status, response.headers['content-type'], response.json()]).toEqual([
    503,
    'application/json',
    { sorry: 'é' },
  ]);
});

test('a file is read at start, to the byte', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'static-response-'));
  const file = join(folder, 'pixel.png');
  await writeFile(file, Buffer.from([0x89, 0x50, 0x00, 0xff]));
  await using gateway = await startTestGateway({ plugins: [staticResponse({ file })] });
  await rm(folder, { recursive: true });
  const response = await gateway.fetch('/');
  expect([...response.bytes]).toEqual([0x89, 0x50, 0x00, 0xff]);
  expect(response.headers['content-type']).toBe('image/png');
});

test('HEAD gets the length and no body', async () => {
  await using gateway = await startTestGateway({ plugins: [staticResponse({ body: 'hello' })] });
  const response = await gateway.fetch('/', { method: 'HEAD' });
  expect([response.headers['content-length'], response.body]).toEqual(['5', '']);
});

test('an error without a body is a problem that can be read', async () => {
  await using gateway = await startTestGateway({ plugins: [staticResponse({ status: 410 })] });
  expect((await gateway.fetch('/')).json()).toMatchObject({ status: 410, title: 'Gone' });
});
