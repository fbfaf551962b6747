import { expect, test } from 'vitest';
import { FieldList } from '../../../../core/index.ts';
import { cookieOf } from '../../../../plugins/load-balance/cookie.ts';

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
