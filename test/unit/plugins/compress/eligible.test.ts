import { expect, test } from 'vitest';
import { FieldList } from '../../../../core/index.ts';
import { mayEncode, weakened } from '../../../../plugins/compress/eligible.ts';
import { compressibleTypes, createTypeTest } from '../../../../plugins/compress/media-types.ts';

const isCompressible = createTypeTest(compressibleTypes);

test.each([
  'text/html',
  'TEXT/HTML; charset=utf-8',
  'text/event-stream-like',
  'application/json',
  'application/problem+json',
  'application/vnd.api+json;v=1',
  'image/svg+xml',
  'application/wasm',
])('%s is compressed', (type) => {
  expect(isCompressible(type)).toBe(true);
});

test.each([
  '',
  'text/event-stream',
  'Text/Event-Stream; charset=utf-8',
  'image/png',
  'application/octet-stream',
  'application/zip',
  'application/grpc',
  'application/grpc+json',
  'application/grpc-web-text+json',
  'font/woff2',
  'video/mp4',
])('%j is not compressed', (type) => {
  expect(isCompressible(type)).toBe(false);
});

test('an event stream is compressed only where it is listed by its name', () => {
  expect(createTypeTest(['text/*', '*+json'])('text/event-stream')).toBe(false);
  expect(createTypeTest(['text/event-stream'])('Text/Event-Stream; charset=utf-8')).toBe(true);
});

const none = new FieldList();
const may = (status: number, fields: Record<string, string>, request: Record<string, string> = {}): boolean =>
  mayEncode(
    { status, fields: FieldList.from({ 'Content-Type': 'text/plain', ...fields }) },
    FieldList.from(request),
    isCompressible,
  );

test.each([200, 203, 404, 500])('an answer with status %i is encoded', (status) => {
  expect(may(status, {})).toBe(true);
});

test.each([101, 204, 206, 304])('an answer with status %i is left alone', (status) => {
  expect(may(status, {})).toBe(false);
});

test.each([
  { 'Content-Encoding': 'gzip' },
  { 'Content-Encoding': 'identity' },
  { 'Content-Range': 'bytes */1000' },
  { 'Repr-Digest': 'sha-256=:x:' },
  { 'Content-MD5': 'x' },
  { 'Cache-Control': 'public, No-Transform' },
  { Trailer: 'X-Sum' },
])('an answer with %j is left alone', (fields: Record<string, string>) => {
  expect(may(200, fields)).toBe(false);
});

test('a client may ask for no transformation', () => {
  expect(may(200, {}, { 'Cache-Control': 'no-transform' })).toBe(false);
  expect(may(200, {}, { 'Cache-Control': 'no-cache' })).toBe(true);
});

test('an answer without a type is left alone', () => {
  expect(mayEncode({ status: 200, fields: none }, none, isCompressible)).toBe(false);
});

test.each([
  ['"a"', 'W/"a"'],
  ['W/"a"', 'W/"a"'],
])('the validator %s becomes %s', (etag, weak) => {
  expect(weakened(etag)).toBe(weak);
});
