import { expect, test } from 'vitest';
import { type Limit, MemoryStore } from '../../../../plugins/rate-limit/memory-store.ts';

const limit = (name: string, requests: number, windowMs: number): Limit => ({
  name,
  algorithm: 'gcra',
  requests,
  windowMs,
  burst: requests,
});

test('a request must pass all limits, and the one nearest to refusing is reported', () => {
  const store = new MemoryStore([limit('second', 2, 1_000), limit('hour', 3, 3_600_000)], 100);
  const decide = (nowMs: number) => store.decide(['a', 'a'], nowMs);
  expect(decide(0)).toEqual({
    isAdmitted: true,
    limit: 'second',
    remaining: 1,
    resetMs: 500,
    retryAfterMs: 0,
  });
  expect(decide(0)).toMatchObject({ isAdmitted: true, limit: 'second', remaining: 0 });
  expect(decide(0)).toEqual({
    isAdmitted: false,
    limit: 'second',
    remaining: 0,
    resetMs: 1_000,
    retryAfterMs: 500,
  });
  expect(decide(1_000)).toMatchObject({ isAdmitted: true, limit: 'hour', remaining: 0 });
  expect(decide(2_000)).toMatchObject({ isAdmitted: false, limit: 'hour', retryAfterMs: 1_198_000 });
});

test('a request that one limit refuses is charged to none', () => {
  const store = new MemoryStore([limit('all', 3, 60_000), limit('each', 1, 60_000)], 100);
  expect(store.decide(['all', 'a'], 0)?.isAdmitted).toBe(true);
  for (let i = 0; i < 10; i++) expect(store.decide(['all', 'a'], 0)?.limit).toBe('each');
  expect(store.decide(['all', 'b'], 0)?.isAdmitted).toBe(true);
  expect(store.decide(['all', 'c'], 0)?.isAdmitted).toBe(true);
  expect(store.decide(['all', 'd'], 0)).toMatchObject({ isAdmitted: false, limit: 'all' });
});

test('limits without a key do not concern a request', () => {
  const store = new MemoryStore([limit('one', 1, 60_000), limit('two', 5, 60_000)], 100);
  expect(store.decide([undefined, undefined], 0)).toBeUndefined();
  for (let i = 0; i < 5; i++) expect(store.decide([undefined, 'a'], 0)?.limit).toBe('two');
  expect(store.size).toBe(1);
});
