import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Draw } from '../../../../plugins/load-balance/draw.ts';
import { RandomChoice } from '../../../../plugins/load-balance/random.ts';
import { ownWeight } from '../../../../plugins/load-balance/weights.ts';
import { countsOf, scripted, serversOf } from './servers.ts';

const someWeights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 8 });

/** Numbers that lie evenly between 0 and 1. */
const evenly = (count: number): number[] => Array.from({ length: count }, (_, i) => (i + 0.5) / count);

test.each([
  [[1, 1, 1], 'abc'],
  [[2, 2], 'aabb'],
  [[3, 1], 'aaabaaab'],
  [[1, 2, 1], 'abbc'],
])('weights %j, over the range of random numbers: %s', (weights, expected) => {
  const backends = serversOf(...weights);
  const cycle = weights[0] === weights[1] ? expected.length : 4;
  const numbers = Array.from({ length: expected.length }, (_, i) => ((i % cycle) + 0.5) / cycle);
  const policy = new RandomChoice(backends, ownWeight, scripted(...numbers));
  expect(Array.from(expected, () => policy.pick(backends).name).join('')).toBe(expected);
});

test('every backend is drawn exactly as often as its weight says', () => {
  fc.assert(
    fc.property(someWeights, (weights) => {
      const backends = serversOf(...weights);
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const policy = new RandomChoice(backends, ownWeight, scripted(...evenly(total)));
      const counts = countsOf(Array.from({ length: total }, () => policy.pick(backends).name));
      expect(backends.map(({ name }) => counts[name])).toEqual(weights);
    }),
  );
});

test('of a narrowed list, those who are left are drawn by their weights', () => {
  const backends = serversOf(5, 1, 2);
  const policy = new RandomChoice(backends, ownWeight, scripted(...evenly(3)));
  const left = backends.slice(1);
  expect(evenly(3).map(() => policy.pick(left).name)).toEqual(['b', 'c', 'c']);
});

test('the largest random number is no way out of the list', () => {
  const almostOne = 1 - 2 ** -53;
  for (const weights of [
    [1, 1, 1],
    [0.1, 0.2, 0.7],
  ]) {
    const backends = serversOf(...weights);
    expect(new RandomChoice(backends, ownWeight, () => almostOne).pick(backends).name).toBe('c');
  }
});

test('a second draw gives another one, again by weight', () => {
  fc.assert(
    fc.property(someWeights, fc.nat(), (weights, which) => {
      const backends = serversOf(...weights);
      const first = backends[which % backends.length]!;
      const total = weights.reduce((sum, weight) => sum + weight, 0) - first.weight;
      const isEqual = weights.every((weight) => weight === weights[0]);
      const draws = isEqual ? backends.length - 1 : total;
      const draw = new Draw(backends, ownWeight, scripted(...evenly(draws)));
      const counts = countsOf(evenly(draws).map(() => draw.another(backends, first).name));
      const expected = backends.filter((each) => each !== first);
      expect(counts).toEqual(Object.fromEntries(expected.map((b) => [b.name, isEqual ? 1 : b.weight])));
    }),
  );
});
