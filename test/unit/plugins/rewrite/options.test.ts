import { expect, test } from 'vitest';
import rewrite from '../../../../plugins/rewrite/index.ts';
import { complaintsOf } from '../headers/complaints.ts';

test.each([
  undefined,
  { stripPrefix: '/api' },
  { replacePrefix: { '/old': '/new' }, addPrefix: '/v1/', host: 'inner.example:8080' },
  { regex: { pattern: '^/a/(.*)$', replacement: '/$1' } },
  { regex: [{ pattern: '^/a$', replacement: '/b?x=1' }], query: { set: { a: '1' }, remove: ['b'] } },
])('%j is taken', async (options) => {
  expect(await complaintsOf(rewrite(options))).toEqual([]);
});

const slow =
  'may take too long for some paths: begin it with "^", repeat nothing that repeats, and write "[^/]+" for ".+"';

test.each([
  [{ typo: 1 }, 'Unrecognized key: "typo"'],
  [{ stripPrefix: 'api' }, 'stripPrefix: must begin with one "/" and have no blanks'],
  [{ addPrefix: '//evil.example' }, 'addPrefix: must begin with one "/" and have no blanks'],
  [{ addPrefix: '/a?b' }, 'addPrefix: must be a path, without "?", "#" and "\\"'],
  [{ addPrefix: '/a/../b' }, 'addPrefix: must not have "." or ".." as a segment'],
  [{ regex: { pattern: '^(a+)+$', replacement: '/' } }, `regex: pattern: ${slow}`],
  [
    { regex: [{ pattern: '^/(a)', replacement: '/$2' }] },
    'regex[0] › replacement: there is no group 2 in the pattern',
  ],
  [{ regex: { pattern: '\\bx', replacement: '/' } }, 'regex: pattern: \\b is not supported'],
  [{ host: 'a b' }, 'host: must be a host, with a port if need be'],
])('%j is refused', async (options, complaint) => {
  expect(await complaintsOf(rewrite(options as never))).toEqual([complaint]);
});
