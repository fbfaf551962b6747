import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FieldList } from '../../../core/index.ts';
import { cookieOf, cookiesOf } from '../../../core/message/cookie.ts';

test.each([
  ['a=1', '1'],
  ['a=1; b=2', '1'],
  ['b=2; a=1', '1'],
  ['b=2;a=1', '1'],
  ['b=2; a=1 ; c=3', '1'],
  ['a=1; a=2', '1'],
  ['a=', ''],
  ['a=x=y', 'x=y'],
  ['aa=1', undefined],
  ['ba=1', undefined],
  ['b=a; c=2', undefined],
  ['A=1', undefined],
  ['a', undefined],
  ['b=x a=1', undefined],
  ['b="a=1"', undefined],
  [' ;; \ta=1 ;', '1'],
  ['', undefined],
])('of %j the cookie a is %j', (line, expected) => {
  expect(cookieOf(FieldList.from({ cookie: line }), 'a')).toBe(expected);
});

test('finds a cookie in any of several fields', () => {
  const fields = FieldList.from([
    ['Cookie', 'b=2'],
    ['cookie', 'a=1'],
  ]);
  expect(cookieOf(fields, 'a')).toBe('1');
  expect(cookieOf(fields, 'c')).toBeUndefined();
  expect(cookieOf(new FieldList(), 'a')).toBeUndefined();
});

test('a cookie is found among any others', () => {
  const other = fc.stringMatching(/^[a-z]{1,5}=[a-z0-9= ]{0,9}$/);
  const value = fc.stringMatching(/^[a-z0-9=]{0,9}$/);
  fc.assert(
    fc.property(fc.array(other), value, fc.array(other), (before, wanted, after) => {
      const line = [...before, `the-cookie=${wanted}`, ...after].join('; ');
      expect(cookieOf(FieldList.from({ cookie: line }), 'the-cookie')).toBe(wanted);
    }),
  );
});

test('finds all cookies of a name, in any of several fields', () => {
  const fields = FieldList.from([
    ['Cookie', 'a=1; b=a=9; a=; aa=3'],
    ['cookie', 'a=4'],
  ]);
  expect(cookiesOf(fields, 'a')).toEqual(['1', '', '4']);
  expect(cookiesOf(fields, 'c')).toEqual([]);
});
