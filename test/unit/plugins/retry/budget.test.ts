import { expect, test, vi } from 'vitest';
import type { Upstream } from '../../../../core/index.ts';
import { RetryBudget } from '../../../../plugins/retry/budget.ts';
import { Lease } from '../../../../plugins/retry/lease.ts';

const takeAll = (budget: RetryBudget, active: number): number => {
  let taken = 0;
  while (taken < 1_000 && budget.take(active)) taken++;
  return taken;
};

test.each([
  [0, 10],
  [50, 10],
  [54, 10],
  [55, 11],
  [100, 20],
  [1_000, 200],
])('with %i active requests %i may be retried', (active, expected) => {
  expect(takeAll(new RetryBudget({ share: 0.2, minConcurrent: 10 }, () => {}), active)).toBe(expected);
});

test('what is released can be taken again', () => {
  const budget = new RetryBudget({ share: 0, minConcurrent: 2 }, () => {});
  expect(takeAll(budget, 1)).toBe(2);
  budget.release();
  expect(takeAll(budget, 1)).toBe(1);
});

test('requests that pause before they are tried again count as active', () => {
  const budget = new RetryBudget({ share: 0.5, minConcurrent: 0 }, () => {});
  budget.pausing = 6;
  expect(takeAll(budget, 4)).toBe(5);
});

test('that it is exhausted is said once in a time of trouble', () => {
  const onExhausted = vi.fn();
  const budget = new RetryBudget({ share: 0, minConcurrent: 2 }, onExhausted);
  takeAll(budget, 1);
  expect([budget.take(1), budget.take(1)]).toEqual([false, false]);
  budget.release();
  takeAll(budget, 1);
  expect(onExhausted).toHaveBeenCalledTimes(1);
  budget.release();
  budget.release();
  takeAll(budget, 1);
  expect(onExhausted).toHaveBeenCalledTimes(2);
});

test('a lease gives its room back once, and ends its pause', async () => {
  const budget = new RetryBudget({ share: 0, minConcurrent: 1 }, () => {});
  budget.take(1);
  const lease = new Lease({} as Upstream, () => budget.release());
  const pause = lease.pause(1_000_000);
  lease.release();
  lease.release();
  await pause;
  expect(takeAll(budget, 1)).toBe(1);
});
