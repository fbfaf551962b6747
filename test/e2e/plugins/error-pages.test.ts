import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startTestGateway } from 'hookway/testing';
import compress from 'hookway/plugins/compress';
import errorPages from 'hookway/plugins/error-pages';
import requestId from 'hookway/plugins/request-id';

const browser = { accept: 'text/html,*/*;q=0.8' };
const notFound = {
  status: '4xx',
  html: '<h1>{status} {reason}</h1><p>{path}',
  json: { code: '{status}', id: '{request-id}' },
};

test('errors of the gateway are sent as HTML to people and as JSON to programs', async () => {
  const plugins = [requestId(), errorPages({ pages: [notFound] })];
  await using gateway = await startTestGateway({ plugins, routes: [] });
  const page = await gateway.fetch("/<b>'&", { headers: browser });
  expect([page.status, page.headers['content-type'], page.headers['vary']]).toEqual([
    404,
    'text/html; charset=utf-8',
    'Accept',
  ]);
  expect(page.body).toBe('<h1>404 Not Found</h1><p>/&lt;b&gt;&#39;&amp;');
  const program = await gateway.fetch('/', { headers: { accept: '*/*' } });
  expect([program.status, program.headers['content-type']]).toEqual([404, 'application/json']);
  expect(program.json()).toEqual({ code: 404, id: program.headers['x-request-id'] });
});

test('Accept in several lines is one list', async () => {
  await using gateway = await startTestGateway({ plugins: [errorPages({ pages: [notFound] })], routes: [] });
  const response = await gateway.fetch('/', {
    headers: { accept: ['application/json;q=0.5', 'text/html'] },
  });
  expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
});

test('who accepts neither gets what the gateway says', async () => {
  await using gateway = await startTestGateway({ plugins: [errorPages({ pages: [notFound] })], routes: [] });
  const response = await gateway.fetch('/', { headers: { accept: 'text/plain' } });
  expect(response.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(response.body).toContain('no_route');
});

const broken = {
  status: 502,
  headers: { 'Content-Encoding': 'gzip', ETag: '"a"', 'X-Kept': 'yes', 'Content-Type': 'text/plain' },
  body: 'of the backend',
};

test('errors of backends stay as they are unless that is wanted', async () => {
  const pages = [{ status: '502-504', html: 'sorry' }];
  await using gateway = await startTestGateway({ plugins: [errorPages({ pages })], origin: broken });
  expect((await gateway.fetch('/', { headers: browser })).body).toBe('of the backend');
});

test('errors of backends are replaced, with what was said of their body', async () => {
  const pages = [
    { status: 500, html: 'other' },
    { status: '502-504', html: 'sorry' },
    { status: '5xx', html: 'never' },
  ];
  const plugins = [errorPages({ pages, sources: ['backend'] })];
  await using gateway = await startTestGateway({ plugins, origin: [broken, { status: 200, body: 'fine' }] });
  const response = await gateway.fetch('/', { headers: browser });
  expect([response.status, response.body]).toEqual([502, 'sorry']);
  expect(response.headers).toMatchObject({ 'content-length': '5', 'x-kept': 'yes' });
  expect(response.headers).not.toHaveProperty('content-encoding');
  expect(response.headers).not.toHaveProperty('etag');
  // also behind a body that was not taken
  expect((await gateway.fetch('/', { headers: browser })).body).toBe('fine');
});

test('HEAD gets the fields of the page', async () => {
  await using gateway = await startTestGateway({ plugins: [errorPages({ pages: [notFound] })], routes: [] });
  const response = await gateway.fetch('/', { method: 'HEAD', headers: browser });
  expect([response.status, response.body]).toEqual([404, '']);
  expect(response.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-length': '26',
  });
});

test('pages come from files, and are compressed like any other answer', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'error-pages-'));
  const [htmlFile, jsonFile] = [join(folder, 'page.html'), join(folder, 'page.json')];
  await writeFile(htmlFile, '<style>p{color:red}</style><p>{status}');
  await writeFile(jsonFile, '{"status": "{status}"}');
  const plugins = [compress({ minBytes: 1 }), errorPages({ pages: [{ status: 404, htmlFile, jsonFile }] })];
  await using gateway = await startTestGateway({ plugins, routes: [] });
  await rm(folder, { recursive: true });
  const page = await gateway.fetch('/', { headers: { ...browser, 'accept-encoding': 'gzip' } });
  expect(gunzipSync(page.bytes).toString()).toBe('<style>p{color:red}</style><p>404');
  expect(page.headers['vary']).toBe('Accept, Accept-Encoding');
  expect((await gateway.fetch('/')).json()).toEqual({ status: 404 });
});
