import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RoundRobin } from '../../../../plugins/load-balance/round-robin.ts';
import type { Weighted } from '../../../../plugins/load-balance/weights.ts';
import { retaining } from './servers.ts';

const backendsOf = (...weights: number[]): Weighted[] =>
  weights.map((weight, index) => ({ name: String.fromCharCode(97 + index), weight }));

function picks(backends: readonly Weighted[], count: number, candidates = backends): string {
  const policy = new RoundRobin(backends);
  return Array.from({ length: count }, () => policy.pick(candidates).name).join('');
}

const sum = (weights: readonly number[]): number => weights.reduce((total, weight) => total + weight, 0);
const someWeights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 });

test.each([
  [[1, 1, 1], 'abcabcabc'],
  [[7, 7], 'ababab'],
  [[5, 1, 1], 'aabacaaaabacaa'],
  [[1, 2], 'babbab'],
  [[4, 2, 1], 'abacabaabacaba'],
  [[3], 'aaa'],
])('weights %j give the sequence of nginx: %s', (weights, expected) => {
  expect(picks(backendsOf(...weights), expected.length)).toBe(expected);
});

test('over each cycle every backend gets exactly its weight', () => {
  fc.assert(
    fc.property(someWeights, fc.integer({ min: 1, max: 3 }), (weights, cycles) => {
      const backends = backendsOf(...weights);
      const cycle = sum(weights);
      const sequence = picks(backends, cycle * cycles);
      for (let at = 0; at < sequence.length; at += cycle) {
        const counts = backends.map(({ name }) => sequence.slice(at, at + cycle).split(name).length - 1);
        expect(counts).toEqual(weights);
      }
    }),
  );
});

test('at no moment is a backend a whole request ahead of its share, nor behind by as many as there are others', () => {
  fc.assert(
    fc.property(someWeights, (weights) => {
      const backends = backendsOf(...weights);
      const cycle = sum(weights);
      const counts = new Map(backends.map(({ name }) => [name, 0]));
      for (const [index, picked] of Array.from(picks(backends, cycle)).entries()) {
        counts.set(picked, counts.get(picked)! + 1);
        const ahead = backends.map(({ name, weight }) => counts.get(name)! - ((index + 1) * weight) / cycle);
        expect(Math.max(...ahead)).toBeLessThan(1);
        expect(Math.min(...ahead)).toBeGreaterThan(-Math.max(1, backends.length - 1));
      }
    }),
  );
});

test('a narrowed list is shared by the weights of those who are left', () => {
  fc.assert(
    fc.property(someWeights, fc.infiniteStream(fc.boolean()), (weights, keeps) => {
      const backends = backendsOf(...weights);
      const candidates = backends.filter(() => keeps.next().value);
      fc.pre(candidates.length > 0);
      const sequence = picks(backends, sum(candidates.map(({ weight }) => weight)), candidates);
      expect(candidates.map(({ name }) => sequence.split(name).length - 1)).toEqual(
        candidates.map(({ weight }) => weight),
      );
    }),
  );
});

test('whatever the candidates are each time, one of them is picked', () => {
  const candidateSets = fc.array(fc.subarray(backendsOf(1, 2, 3, 4), { minLength: 1 }), { maxLength: 100 });
  fc.assert(
    fc.property(candidateSets, (sets) => {
      const policy = new RoundRobin(backendsOf(1, 2, 3, 4));
      for (const candidates of sets) expect(candidates).toContain(policy.pick(candidates));
    }),
  );
});

test('a backend that was away is not given more than its share when it is back', () => {
  const backends = backendsOf(1, 1, 2);
  const policy = new RoundRobin(backends);
  for (let i = 0; i < 1_000; i++) policy.pick(backends.slice(0, 2));
  const after = Array.from({ length: 8 }, () => policy.pick(backends).name).join('');
  expect(after.split('c').length - 1).toBe(4);
});

test.each([
  [[1, 1, 1], 'abcabc'],
  [[5, 1, 1], 'aabacaa'],
])('with weights %j the rotation goes on in every new configuration', (weights, expected) => {
  const retain = retaining();
  const sequence = Array.from(expected, () => {
    const backends = backendsOf(...weights);
    return new RoundRobin(backends, retain).pick(backends).name;
  });
  expect(sequence.join('')).toBe(expected);
});

test('a rotation goes on with fewer backends', () => {
  const retain = retaining();
  const three = backendsOf(1, 1, 1);
  const policy = new RoundRobin(three, retain);
  policy.pick(three);
  policy.pick(three);
  const two = backendsOf(1, 1);
  const next = new RoundRobin(two, retain);
  expect([next.pick(two).name, next.pick(two).name]).toEqual(['a', 'b']);
});

test('weights may change while it runs', () => {
  const backends = backendsOf(4, 4);
  let share = 0.5;
  const weightOf = ({ name, weight }: Weighted): number => (name === 'b' ? weight * share : weight);
  const policy = new RoundRobin(backends, retaining(), weightOf);
  const next = (count: number): string =>
    Array.from({ length: count }, () => policy.pick(backends).name).join('');
  expect(next(6)).toBe('abaaba');
  share = 1;
  expect(next(6)).toBe('ababab');
});
