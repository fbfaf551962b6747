import { expect, test } from 'vitest';
import { closest, hint } from '../../../core/message/did-you-mean.ts';

const keys = ['listeners', 'upstreams', 'routes', 'plugins', 'limits'];

test.each([
  ['listener', 'listeners'],
  ['lisners', 'listeners'],
  ['Routes', 'routes'],
  ['plugin', 'plugins'],
  ['limit', 'limits'],
])('%s was meant to be %s', (word, meant) => {
  expect(closest(word, keys)).toBe(meant);
});

test.each(['x', 'servers', 'upside-down', ''])('%j was meant to be none of them', (word) => {
  expect(closest(word, keys)).toBeUndefined();
  expect(hint(word, keys)).toBe('');
});

test('separators and case do not count', () => {
  expect(closest('load_balance', ['load-balance'])).toBe('load-balance');
  expect(closest('max-head-bytes', ['maxHeadBytes'])).toBe('maxHeadBytes');
});

test('a hint asks', () => {
  expect(hint('lisners', keys)).toBe(', did you mean "listeners"?');
});
