import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createQueryChange } from '../../../../plugins/rewrite/query.ts';

const change = createQueryChange({ set: { key: 'a b&c' }, remove: ['debug'] });

test.each([
  [undefined, 'key=a%20b%26c'],
  ['', 'key=a%20b%26c'],
  ['x=1', 'x=1&key=a%20b%26c'],
  ['key=forged&x', 'x&key=a%20b%26c'],
  ['%6Bey=forged&k%65y', 'key=a%20b%26c'],
  ['debug&debug=1&x=%2f+%', 'x=%2f+%&key=a%20b%26c'],
  ['Debug', 'Debug&key=a%20b%26c'],
])('%j becomes %j', (query, changed) => {
  expect(change(query)).toBe(changed);
});

test('a query whose last parameter goes is none', () => {
  expect(createQueryChange({ set: {}, remove: ['a'] })('a=1&a=2')).toBeUndefined();
});

test('what is not named stays as it came', () => {
  const keep = createQueryChange({ set: {}, remove: ['absent'] });
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9%&=+;]*$/), (query) => {
      fc.pre(!query.includes('absent'));
      expect(keep(query)).toBe(query);
    }),
  );
});
