import { expect, test } from 'vitest';
import type { Backend } from '../../../core/index.ts';
import { untried } from '../../../core/pipeline/untried.ts';

const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name }) as Backend) as [Backend, Backend, Backend];

test('leaves out where the exchange has been', () => {
  expect(untried([a, b, c], [{ backend: b }])).toEqual([a, c]);
  expect(untried([a, b, c], [{ backend: b }, { backend: a }])).toEqual([c]);
});

test('leaves all when the exchange has been everywhere', () => {
  const candidates = [a, b];
  expect(untried(candidates, [{ backend: a }, { backend: b }, { backend: a }])).toBe(candidates);
});

test('a backend that is no candidate any more does not count', () => {
  expect(untried([a, b], [{ backend: c }])).toEqual([a, b]);
});
