import { expect, test } from 'vitest';
import { parseUrl, requestBytes } from '../../../../core/server/dry-run/dry-request.ts';

test.each([
  ['http://a', { scheme: 'http', authority: 'a', port: 80, target: '/' }],
  ['HTTPS://A.example?q', { scheme: 'https', authority: 'A.example', port: 443, target: '/?q' }],
  ['https://a:8443/b?c#d', { scheme: 'https', authority: 'a:8443', port: 8443, target: '/b?c' }],
  ['http://[::1]/', { scheme: 'http', authority: '[::1]', port: 80, target: '/' }],
  ['http://[::1]:81/', { scheme: 'http', authority: '[::1]:81', port: 81, target: '/' }],
  ['http://a/b/../c//%2e', { scheme: 'http', authority: 'a', port: 80, target: '/b/../c//%2e' }],
])('%s is taken apart, its path as it is written', (text, url) => {
  expect(parseUrl(text)).toEqual(url);
});

test.each(['a', '/a', 'ftp://a', 'http://', 'http:///a', ''])('%j is refused', (text) => {
  expect(() => parseUrl(text)).toThrow('the URL must be absolute');
});

const url = parseUrl('http://a:81/b?c');
const textOf = (request: Partial<Parameters<typeof requestBytes>[0]>): string =>
  requestBytes({ method: 'GET', url, fields: [], body: undefined, client: '::1', ...request }).toString();

test('Host and Content-Length are added where they are not given', () => {
  expect(textOf({})).toBe('GET /b?c HTTP/1.1\r\nHost: a:81\r\n\r\n');
  const body = Buffer.from('ü');
  expect(textOf({ method: 'POST', body })).toBe(
    'POST /b?c HTTP/1.1\r\nHost: a:81\r\nContent-Length: 2\r\n\r\nü',
  );
  const fields = [
    ['hOST', 'x'],
    ['content-length', '9'],
  ] as const;
  expect(textOf({ fields, body })).toBe('GET /b?c HTTP/1.1\r\nhOST: x\r\ncontent-length: 9\r\n\r\nü');
});

test('CONNECT asks for the authority', () => {
  expect(textOf({ method: 'CONNECT' })).toMatch(/^CONNECT a:81 HTTP/);
});
