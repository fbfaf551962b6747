import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { PluginEntry } from 'hookway';
import { type OriginConnection, type OriginScript, startOrigin, startTestGateway } from 'hookway/testing';
import compress from 'hookway/plugins/compress';
import headers from 'hookway/plugins/headers';
import { available, type Coding, createDecoder, decoded } from '../../support/codings.ts';

const page = '<p>hello</p>'.repeat(1_000);
const html = { 'Content-Type': 'text/html', ETag: '"v1"', 'Accept-Ranges': 'bytes' };

test.each(available)('%s is sent to who asks for it', async (coding) => {
  await using gateway = await startTestGateway({
    plugins: [compress()],
    origin: { headers: html, body: page },
  });
  const response = await gateway.fetch('/', { headers: { 'accept-encoding': coding } });
  expect(decoded(coding, response.bytes).toString()).toBe(page);
  expect(response.bytes.length).toBeLessThan(page.length / 10);
  expect(response.headers).toMatchObject({
    'content-encoding': coding,
    vary: 'Accept-Encoding',
    etag: 'W/"v1"',
  });
  expect(response.headers).not.toHaveProperty('content-length');
  expect(response.headers).not.toHaveProperty('accept-ranges');
});

test('who asks for nothing gets the bytes of the backend, and caches are told that it depends', async () => {
  await using gateway = await startTestGateway({
    plugins: [compress()],
    origin: { headers: { ...html, Vary: 'Cookie, accept-encoding' }, body: page },
  });
  const response = await gateway.fetch('/');
  expect(response.body).toBe(page);
  expect(response.headers).toMatchObject({
    etag: '"v1"',
    'accept-ranges': 'bytes',
    'content-length': String(page.length),
    vary: 'Cookie, accept-encoding',
  });
});

test('what comes encoded passes byte for byte', async () => {
  const bytes = gzipSync(page);
  const fields = { ...html, 'Content-Encoding': 'gzip' };
  await using gateway = await startTestGateway({
    plugins: [compress()],
    origin: { headers: fields, body: bytes },
  });
  const response = await gateway.fetch('/', { headers: { 'accept-encoding': 'br' } });
  expect(response.bytes).toEqual(bytes);
  expect(response.headers).toMatchObject({
    'content-encoding': 'gzip',
    etag: '"v1"',
    'content-length': String(bytes.length),
  });
  expect(response.headers).not.toHaveProperty('vary');
});

test.each<[string, OriginScript, number]>([
  ['a part', { status: 206, headers: { ...html, 'Content-Range': 'bytes 0-11999/20000' }, body: page }, 206],
  ['a short answer', { headers: html, body: 'x'.repeat(1_023) }, 200],
  ['an empty answer', { headers: html, body: '' }, 200],
  ['an image', { headers: { 'Content-Type': 'image/png' }, body: page }, 200],
  [
    'what is not to be transformed',
    { headers: { ...html, 'Cache-Control': 'no-transform' }, body: page },
    200,
  ],
  ['204', { status: 204, headers: html }, 204],
  ['304', { status: 304, headers: html }, 304],
])('%s is left alone', async (_, origin, status) => {
  await using gateway = await startTestGateway({ plugins: [compress()], origin });
  const response = await gateway.fetch('/', { headers: { 'accept-encoding': 'gzip' } });
  expect(response.status).toBe(status);
  expect(response.headers).not.toHaveProperty('content-encoding');
  expect(response.headers).not.toHaveProperty('vary');
});

test.each([
  ['W/"v1"', { etag: 'W/"v1"', vary: 'Accept-Encoding' }],
  ['"v0", W/"v1"', { etag: 'W/"v1"', vary: 'Accept-Encoding' }],
  ['"v1"', { etag: '"v1"' }],
  ['W/"v10", "v1"', { etag: '"v1"' }],
])('304 to who has %s names the validator of what that client has', async (given, fields) => {
  await using gateway = await startTestGateway({
    plugins: [compress()],
    origin: { status: 304, headers: { ETag: '"v1"' } },
  });
  const response = await gateway.fetch('/', { headers: { 'if-none-match': given } });
  const { etag, vary } = response.headers;
  expect([response.status, { etag, ...(vary !== undefined && { vary }) }]).toEqual([304, fields]);
});

test('HEAD is told what it depends on, and nothing is encoded', async () => {
  await using gateway = await startTestGateway({
    plugins: [compress()],
    origin: { headers: html, body: page },
  });
  const response = await gateway.fetch('/', { method: 'HEAD', headers: { 'accept-encoding': 'gzip' } });
  expect(response.headers).toMatchObject({ vary: 'Accept-Encoding', 'content-length': String(page.length) });
  expect(response.headers).not.toHaveProperty('content-encoding');
});

test('answers of the gateway itself are compressed when they are long enough', async () => {
  await using gateway = await startTestGateway({ plugins: [compress({ minBytes: 10 })], routes: [] });
  const response = await gateway.fetch('/', { headers: { 'accept-encoding': 'gzip' } });
  expect(response.status).toBe(404);
  expect(JSON.parse(gunzipSync(response.bytes).toString())).toMatchObject({ code: 'no_route' });
});

test('it comes last: what other plugins set is seen', async () => {
  const type = headers({ response: { set: { 'content-type': 'image/png' } } });
  await using gateway = await startTestGateway({
    plugins: [compress(), type],
    origin: { headers: html, body: page },
  });
  const response = await gateway.fetch('/', { headers: { 'accept-encoding': 'gzip' } });
  expect(response.headers).not.toHaveProperty('content-encoding');
});

test('an answer that breaks off is broken for the client as well', async () => {
  await using gateway = await startTestGateway({
    plugins: [compress()],
    origin: { headers: html, body: page, contentLength: page.length + 1, ending: 'close' },
  });
  await expect(gateway.fetch('/', { headers: { 'accept-encoding': 'gzip' } })).rejects.toThrow();
});

test('Accept-Encoding in several lines is one list', async () => {
  await using gateway = await startTestGateway({
    plugins: [compress({ encodings: ['gzip'] })],
    origin: { headers: html, body: page },
  });
  const added = await gateway.fetch('/', { headers: { 'accept-encoding': ['identity;q=0.1', 'gzip'] } });
  expect(added.headers['content-encoding']).toBe('gzip');
  const forbidden = await gateway.fetch('/', { headers: { 'accept-encoding': ['*', 'gzip;q=0'] } });
  expect(forbidden.headers).not.toHaveProperty('content-encoding');
});

test('an HTTP/1.0 client gets a compressed body up to the end of the connection', async () => {
  await using gateway = await startTestGateway({
    plugins: [compress()],
    origin: { headers: html, body: page },
  });
  using client = await gateway.connect();
  client.send('GET / HTTP/1.0\r\nHost: a.example\r\nAccept-Encoding: gzip\r\n\r\n');
  const response = await client.readResponse();
  expect(gunzipSync(response.body).toString()).toBe(page);
  expect([response.header('content-length'), response.header('transfer-encoding')]).toEqual([
    undefined,
    undefined,
  ]);
});

test('trailers that come without notice are left out, the body is whole', async () => {
  await using origin = await startOrigin(({ connection }) => {
    connection.write(
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n' +
        '5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n',
    );
  });
  await using gateway = await startTestGateway({ plugins: [compress()], origin });
  for (let i = 0; i < 2; i++) {
    const response = await gateway.fetch('/', { headers: { 'accept-encoding': 'gzip' } });
    expect([gunzipSync(response.bytes).toString(), response.trailers]).toEqual(['hello', {}]);
  }
  expect(origin.connections).toHaveLength(1);
});

test('listed twice it compresses once', async () => {
  await using gateway = await startTestGateway({
    plugins: [compress(), compress()],
    origin: { headers: html, body: page },
  });
  const response = await gateway.fetch('/', { headers: { 'accept-encoding': 'gzip' } });
  expect(gunzipSync(response.bytes).toString()).toBe(page);
  expect(response.headers['vary']).toBe('Accept-Encoding');
});

const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

/** Reads on until all of the text is there. */
async function readText(stream: Duplex | IncomingMessage, length: number): Promise<string> {
  let text = '';
  while (text.length < length) {
    const piece = stream.read() as Buffer | null;
    if (piece === null) await once(stream, 'readable');
    else text += piece.toString();
  }
  return text;
}

const eventStream = 'text/event-stream';
type Passage = [type: string, how: string, coding: Coding | undefined, plugin: PluginEntry | undefined];

test.each<Passage>([
  [eventStream, 'without compress', undefined, undefined],
  [eventStream, 'with compress', undefined, compress()],
  ['text/plain', 'without compress', undefined, undefined],
  ...available.map((coding): Passage => ['text/plain', `as ${coding}`, coding, compress()]),
  ...available.map(
    (coding): Passage => [eventStream, `as ${coding}`, coding, compress({ types: [eventStream] })],
  ),
])('each chunk of %s passes at once, %s', async (type, _, coding, plugin) => {
  let backend: OriginConnection | undefined;
  await using origin = await startOrigin(({ connection }) => {
    backend = connection;
    connection.write(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`);
  });
  await using gateway = await startTestGateway({ plugins: [plugin], origin });
  const request = get(gateway.url, { headers: { 'accept-encoding': coding ?? 'gzip' } });
  // the head is there before the first chunk
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(response.headers['content-encoding']).toBe(coding);
  const stream = coding === undefined ? response : response.pipe(createDecoder(coding));
  for (const text of ['data: 1\n\n', 'data: two\n\n', 'data: 3\n\n']) {
    backend!.write(chunk(text));
    // the next one is not sent before this one is here
    expect(await readText(stream, text.length)).toBe(text);
  }
  request.destroy();
  await gateway.waitForExchange();
});
