import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PathPrefix, replacePrefix, withOneSlash } from '../../../../plugins/rewrite/prefix.ts';

test.each([
  ['/api', '/api', '/'],
  ['/api', '/api/', '/'],
  ['/api/', '/api/x', '/x'],
  ['/api', '/api/x/y/', '/x/y/'],
  ['/api/v1', '/api/v1/x', '/x'],
  ['/', '/x', '/x'],
  // as routes compare
  ['/api', '/%61pi/x', '/x'],
  ['/api', '//api/x', '/x'],
  ['/api/v1', '/api//v1/x', '/x'],
  ['/api', '/api;v=1/x', '/x'],
  ['/%61pi', '/api/x', '/x'],
  ['/a%2fb', '/a%2Fb/x', '/x'],
  // never read as a host
  ['/api', '/api//evil.example', '/evil.example'],
])('%s is taken from %s', (prefix, path, rest) => {
  expect(replacePrefix(path, new PathPrefix(prefix), '')).toBe(rest);
});

test.each([
  ['/api', '/apix'],
  ['/api', '/ap'],
  ['/api', '/'],
  ['/api', '/x/api'],
  ['/api', '/API/x'],
  ['/a/b', '/a%2fb'],
])('%s is not the start of %s', (prefix, path) => {
  expect(replacePrefix(path, new PathPrefix(prefix), '')).toBeUndefined();
});

test.each([
  ['/old/x', '/new/x'],
  ['/old', '/new'],
  ['/old/', '/new/'],
])('a prefix is replaced: %s becomes %s', (path, replaced) => {
  expect(replacePrefix(path, new PathPrefix('/old'), '/new')).toBe(replaced);
});

const segment = fc.stringMatching(/^[a-z%;.A-Z0-9]{0,4}$/);
const path = fc.array(segment, { minLength: 1 }).map((segments) => `/${segments.join('/')}`);

test('what is left begins with exactly one slash', () => {
  fc.assert(
    fc.property(path, path, (prefix, rest) => {
      const left = replacePrefix(prefix + rest, new PathPrefix(prefix), '');
      if (left !== undefined) expect(left).toMatch(/^\/(?!\/)/);
      expect(withOneSlash(rest)).toMatch(/^\/(?!\/)/);
    }),
  );
});

test('a plain prefix that is put before a path can be taken away again', () => {
  const plain = fc
    .array(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 1 })
    .map((all) => `/${all.join('/')}`);
  fc.assert(
    fc.property(plain, plain, (prefix, rest) => {
      expect(replacePrefix(prefix + rest, new PathPrefix(prefix), '')).toBe(rest);
    }),
  );
});
