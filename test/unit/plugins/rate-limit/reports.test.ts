import { expect, test } from 'vitest';
import { FakeClock } from '../../../../core/testing/index.ts';
import { DryRun, type DryRunLine } from '../../../../plugins/rate-limit/dry-run.ts';
import { policyField, serviceLimit } from '../../../../plugins/rate-limit/fields.ts';
import type { Limit } from '../../../../plugins/rate-limit/memory-store.ts';
import { StoreWatch } from '../../../../plugins/rate-limit/store-watch.ts';

const limit = (name: string, requests: number, windowMs: number): Limit => ({
  name,
  algorithm: 'gcra',
  requests,
  windowMs,
  burst: 1,
});

test('RateLimit-Policy lists quota and window of each limit, in whole seconds', () => {
  expect(policyField([limit('a', 100, 1_000)])).toBe('"a";q=100;w=1');
  expect(policyField([limit('a', 10, 100), limit('b', 5, 1_500)])).toBe('"a";q=100;w=1, "b";q=6;w=2');
});

test('RateLimit tells what remains, and seconds that are never too few', () => {
  const verdict = { isAdmitted: true, limit: 'a', remaining: 9, resetMs: 1_001, retryAfterMs: 0 };
  expect(serviceLimit(verdict)).toBe('"a";r=9;t=2');
});

test('a dry run tells at once what it would refuse, then at most once in a while, and nothing stays untold', () => {
  const clock = new FakeClock();
  const lines: DryRunLine[] = [];
  const log = (line: DryRunLine) => lines.push(line);
  const dryRun = new DryRun({ everyMs: 1_000, log, setTimeout: clock.setTimeout });
  for (const limit of ['a', 'a', 'b']) dryRun.add(limit);
  expect(lines).toEqual([{ refused: 1, limit: 'a' }]);
  clock.advance(1_000);
  expect(lines.slice(1)).toEqual([{ refused: 2, limit: 'b' }]);
  clock.advance(1_000);
  expect(clock.pendingTimers).toBe(0);
  for (const limit of ['c', 'd']) dryRun.add(limit);
  dryRun.close();
  expect(lines.slice(2)).toEqual([
    { refused: 1, limit: 'c' },
    { refused: 1, limit: 'd' },
  ]);
  expect(clock.pendingTimers).toBe(0);
});

test('while a store is away one request in a while tries it, and each change is told once', () => {
  const clock = new FakeClock(50);
  const told: unknown[] = [];
  const watch = new StoreWatch(1_000, {
    onAway: (error) => told.push(error),
    onBack: () => told.push('back'),
  });
  const asks = (): boolean[] => [watch.mayAsk(clock.now()), watch.mayAsk(clock.now())];
  expect(asks()).toEqual([true, true]);
  watch.failed('refused', clock.now());
  watch.failed('refused', clock.now());
  expect(asks()).toEqual([false, false]);
  clock.advance(1_000);
  expect(asks()).toEqual([true, false]);
  watch.failed('refused', clock.now());
  expect(asks()).toEqual([false, false]);
  watch.expectSuccess();
  expect(asks()).toEqual([true, false]);
  watch.succeeded();
  watch.succeeded();
  expect(asks()).toEqual([true, true]);
  expect(told).toEqual(['refused', 'back']);
});
