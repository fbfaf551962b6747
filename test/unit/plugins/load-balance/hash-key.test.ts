import { expect, test } from 'vitest';
import type { Exchange } from '../../../../core/index.ts';
import { type KeyOf, keyFrom } from '../../../../plugins/load-balance/hash-key.ts';

const exchange = {} as Exchange;

test.each(['key', '', undefined])('a function may give %j', (key) => {
  expect(keyFrom(() => key)(exchange)).toBe(key);
});

test.each([
  [7, 'a number'],
  [null, 'null'],
  [Promise.resolve('key'), 'an object'],
])('a function that gives %s is told what it did', (key, kind) => {
  const keyOf = keyFrom((() => key) as unknown as KeyOf);
  expect(() => keyOf(exchange)).toThrow(`The function hash.by gave ${kind}, not a string or undefined.`);
});
