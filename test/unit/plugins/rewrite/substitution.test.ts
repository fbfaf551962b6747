import { expect, test } from 'vitest';
import { createSubstitution } from '../../../../plugins/rewrite/substitution.ts';

test.each([
  ['^/old/(.*)$', '/new/$1', '/old/a/b', '/new/a/b', undefined],
  ['^/(?<a>\\w+)/(?<b>\\w+)', '/$<b>/$<a>', '/x/y/z', '/y/x/z', undefined],
  ['b', '$$$0', '/abc', '/a$bc', undefined],
  ['^/(a)?b', '/[$1]', '/b', '/[]', undefined],
  ['^/item/(.*)$', '/item?id=$1', '/item/1', '/item', 'id=1'],
  ['^/item/(.*)$', '/item?id=$1', '/item/1&admin=1;+', '/item', 'id=1%26admin%3D1%3B%2B'],
])('%s with %s turns %s', (pattern, replacement, path, rewritten, query) => {
  const substitute = createSubstitution(new RegExp(pattern, 'u'), replacement);
  expect(substitute(path)).toEqual({ path: rewritten, query });
});

test('without a match there is nothing to replace', () => {
  expect(createSubstitution(/^\/old$/u, '/new')('/older')).toBeUndefined();
});

test.each([
  ['/$2', 'there is no group 2 in the pattern'],
  ['/$<index>', 'there is no group index in the pattern'],
  ['/$<toString>', 'there is no group toString in the pattern'],
  ['/$', 'has a "$" that names no group; "$$" stands for one "$"'],
  ['/a b', 'has a character that cannot stand in a path; percent-encode it'],
  ['/a#b', 'has a character that cannot stand in a path; percent-encode it'],
  ['/é', 'has a character that cannot stand in a path; percent-encode it'],
])('the replacement %s is refused', (replacement, complaint) => {
  expect(() => createSubstitution(/^\/(a)/u, replacement)).toThrow(complaint);
});
