import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isTraceState } from '../../../../plugins/tracing/tracestate.ts';

const members = (count: number): string => Array.from({ length: count }, (_, i) => `k${i}=1`).join(',');

test.each([
  ['one member', 'rojo=00f067aa0ba902b7'],
  ['several members', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
  ['blanks between members', 'foo=1 ,\tbar=2, baz=3'],
  ['empty members', 'foo=1,,bar=2,'],
  ['a key of a tenant', 'fw529a3039@dt=FfAAAA;p'],
  ['a key that begins with a digit', '0a=1'],
  ['the longest key', `${'z'.repeat(256)}=1`],
  ['the longest value', `foo=${'!'.repeat(256)}`],
  ['a blank in a value', 'foo=a b'],
  ['32 members', members(32)],
])('%s is valid', (_, text) => {
  expect(isTraceState(text)).toBe(true);
});

test.each([
  ['nothing', ''],
  ['nothing but commas', ', ,'],
  ['33 members', members(33)],
  ['a key twice', 'foo=1,bar=2,foo=3'],
  ['a key in upper case', 'Foo=1'],
  ['a blank behind a key', 'foo =1'],
  ['a key that begins with another character', '@foo=1'],
  ['a key that is too long', `${'z'.repeat(257)}=1`],
  ['no value', 'foo='],
  ['no equals sign', 'foo'],
  ['an equals sign in a value', 'foo=bar=baz'],
  ['a value that is too long', `foo=${'v'.repeat(257)}`],
  ['a control character', 'foo=a\u0001b'],
  ['a character beyond ASCII', 'foo=é'],
])('%s is refused', (_, text) => {
  expect(isTraceState(text)).toBe(false);
});

test('any list of valid members with different keys is valid', () => {
  const key = fc.stringMatching(/^[a-z0-9][a-z0-9_*/@-]{0,20}$/);
  const value = fc.stringMatching(/^[!-+\--<>-~]{1,20}$/);
  fc.assert(
    fc.property(fc.dictionary(key, value, { minKeys: 1, maxKeys: 32 }), (state) => {
      expect(
        isTraceState(
          Object.entries(state)
            .map(([name, of]) => `${name}=${of}`)
            .join(' , '),
        ),
      ).toBe(true);
    }),
  );
});
