import { describe, expect, test } from 'vitest';
import { checkPath, parseTarget } from '../../../core/message/target.ts';
import { codeOf } from '../../support/errors.ts';

describe('a request target', () => {
  const plain = { authority: undefined, scheme: undefined, query: undefined };

  test.each([
    ['GET', '/', { ...plain, path: '/' }],
    ['GET', '/a/b', { ...plain, path: '/a/b' }],
    ['GET', '/a?', { ...plain, path: '/a', query: '' }],
    ['GET', '/a?b=c&d', { ...plain, path: '/a', query: 'b=c&d' }],
    ['GET', '/a?b?c', { ...plain, path: '/a', query: 'b?c' }],
    ['GET', '//x/y', { ...plain, path: '//x/y' }],
    ['GET', '/%41%2F', { ...plain, path: '/%41%2F' }],
    ['GET', '/http://b/', { ...plain, path: '/http://b/' }],
    ['OPTIONS', '*', { ...plain, path: '*' }],
    ['OPTIONS', '/', { ...plain, path: '/' }],
    ['CONNECT', 'a.example:443', { ...plain, authority: 'a.example:443', path: '' }],
    ['CONNECT', '[::1]:443', { ...plain, authority: '[::1]:443', path: '' }],
    ['GET', 'http://a.example/b', { authority: 'a.example', scheme: 'http', path: '/b', query: undefined }],
    ['GET', 'HTTP://A:80/b?c', { authority: 'A:80', scheme: 'http', path: '/b', query: 'c' }],
    ['GET', 'https://a', { authority: 'a', scheme: 'https', path: '/', query: undefined }],
    ['GET', 'http://a?b', { authority: 'a', scheme: 'http', path: '/', query: 'b' }],
    ['OPTIONS', 'http://a', { authority: 'a', scheme: 'http', path: '*', query: undefined }],
  ])('%s %s is taken apart', (method, text, expected) => {
    expect(parseTarget(method, text)).toMatchObject(expected);
  });

  test.each([
    ['GET', '*'],
    ['GET', 'a'],
    ['GET', 'a/b'],
    ['GET', 'ftp://a/'],
    ['GET', 'http:/a'],
    ['GET', 'http://'],
    ['GET', 'http:///a'],
    ['GET', 'http://u@a/'],
    ['GET', 'http://u:p@a/'],
    ['GET', 'a.example:443'],
    ['OPTIONS', '**'],
    ['CONNECT', '/'],
    ['CONNECT', 'a.example'],
    ['CONNECT', 'a.example:'],
    ['CONNECT', 'http://a.example:443/'],
    ['CONNECT', 'u@a.example:443'],
    ['CONNECT', '*'],
    ['GET', '/%'],
    ['GET', '/%4'],
    ['GET', '/%zz'],
    ['GET', '/a%00b'],
  ])('%s %s is refused', (method, text) => {
    expect(codeOf(() => parseTarget(method, text))).toBe('malformed_target');
  });

  test('in absolute-form is checked like a path', () => {
    expect(codeOf(() => parseTarget('GET', 'http://a/../b'))).toBe('ambiguous_path');
  });

  test('has a query that is nobody else’s business', () => {
    expect(parseTarget('GET', '/a?../%zz').query).toBe('../%zz');
  });
});

describe('a path that servers read differently', () => {
  test.each([
    '/.',
    '/..',
    '/a/..',
    '/a/../b',
    '/./a',
    '/a/./',
    '/%2e',
    '/%2E%2e/a',
    '/.%2e/a',
    '/a/..;x/b',
    '/a/..%3bx',
    '/a/..%2fb',
    '/a/..%5cb',
    '/a%2f..',
    '/a%2f../b',
    '/a%5c%2e%2e%5cb',
    '/a%2F.%2Fb',
  ])('%s is refused', (path) => {
    expect(codeOf(() => checkPath(path))).toBe('ambiguous_path');
  });

  test.each([
    '/.well-known/acme',
    '/a..b',
    '/...',
    '/a.',
    '/..a',
    '/a/.b',
    '/%2e%2e%2e',
    '/a%2fb',
    '/a%20b',
    '/~a;b=c',
    '/%2ea',
  ])('%s is let through', (path) => {
    expect(codeOf(() => checkPath(path))).toBeUndefined();
  });
});

describe('what routes compare', () => {
  const compared = (target: string): string => parseTarget('GET', target).routingPath;

  test.each([
    ['/a/b', '/a/b'],
    ['/a/b/', '/a/b/'],
    ['/%61dmin', '/admin'],
    ['/%41%7e%2D%5f%30', '/A~-_0'],
    ['//a', '/a'],
    ['/a///b//', '/a/b/'],
    ['/a;x=1/b;y', '/a/b'],
    ['/;x/a', '/a'],
    ['/%2fa', '/a'],
    ['/a%2Fb%5cc', '/a/b/c'],
    ['/a%2f%2fb', '/a/b'],
    ['/a%3bx/b', '/a/b'],
    ['/a%20b', '/a%20b'],
    ['/A', '/A'],
    ['http://h/%61', '/a'],
    ['http://h', '/'],
    ['http://h?q', '/'],
    ['/%2561', '/%2561'],
  ])('of %s is %s', (target, expected) => {
    expect(compared(target)).toBe(expected);
  });

  test('is what was sent, unless servers could read it differently', () => {
    expect(parseTarget('GET', '/%61//b;c?%61')).toMatchObject({ path: '/%61//b;c', query: '%61' });
    expect(parseTarget('OPTIONS', '*').routingPath).toBe('*');
    expect(parseTarget('CONNECT', 'a:1').routingPath).toBe('');
  });

  test('never has a dot segment', () => {
    for (const path of ['/%2e%2e/a', '/a/..;x', '/a/.%2e', '//..', '/;x/..', '/a/%2E;b/c'])
      expect(codeOf(() => compared(path))).toBe('ambiguous_path');
  });
});
