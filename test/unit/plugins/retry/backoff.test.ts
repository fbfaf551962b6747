import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff } from '../../../../plugins/retry/backoff.ts';

const rules = { backoffMs: 25, maxBackoffMs: 250 };

test('the longest pause doubles with each retry up to the bound', () => {
  expect([1, 2, 3, 4, 5, 60].map((retry) => backoff(retry, rules, () => 0))).toEqual([
    25, 50, 100, 200, 250, 250,
  ]);
});

test('chance takes up to half of it', () => {
  expect([0, 0.5, 1].map((random) => backoff(2, rules, () => random))).toEqual([50, 37.5, 25]);
});

test('whatever the rules, a pause is never longer than the bound nor shorter than half of it', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 64 }),
      fc.nat(1_000),
      fc.nat(5_000),
      chance,
      (retry, base, more, random) => {
        const bounded = { backoffMs: base, maxBackoffMs: base + more };
        const pauseMs = backoff(retry, bounded, () => random);
        expect(pauseMs).toBeLessThanOrEqual(base + more);
        expect(pauseMs).toBeGreaterThanOrEqual(base / 2);
      },
    ),
  );
});
