import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SlidingWindow } from '../../../../plugins/rate-limit/sliding-window.ts';

const manyKeys = 1_000_000;

function admit(quota: SlidingWindow, key: string, nowMs: number): boolean {
  if (quota.waitMs(key, nowMs) > 0) return false;
  quota.take();
  return true;
}

const count = (quota: SlidingWindow, nowMs: number, tries = 1_000): number =>
  Array.from({ length: tries }, () => admit(quota, 'a', nowMs)).filter(Boolean).length;

test('requests of the window before count by the share of it that is in the last windowMs', () => {
  const quota = new SlidingWindow({ requests: 100, windowMs: 1_000 }, manyKeys);
  expect(count(quota, 500)).toBe(100);
  expect(count(quota, 999)).toBe(0);
  expect(count(quota, 1_000)).toBe(0);
  expect(count(quota, 1_250)).toBe(25);
  expect(count(quota, 1_500)).toBe(25);
  expect(count(quota, 2_000)).toBe(50);
  expect(count(quota, 4_000)).toBe(100);
});

test('it tells what remains and when the quota is whole again', () => {
  const quota = new SlidingWindow({ requests: 4, windowMs: 1_000 }, manyKeys);
  quota.waitMs('a', 5_250);
  expect([quota.remaining, quota.resetMs]).toEqual([4, 0]);
  count(quota, 5_250, 2);
  expect([quota.remaining, quota.resetMs]).toEqual([2, 1_750]);
  quota.waitMs('a', 6_500);
  expect([quota.remaining, quota.resetMs]).toEqual([3, 500]);
});

const rates = fc.record({
  requests: fc.integer({ min: 1, max: 50 }),
  windowMs: fc.integer({ min: 10, max: 10_000 }),
});
const gaps = fc.array(fc.nat({ max: 3_000 }), { minLength: 1, maxLength: 300 });

test('a refused request is admitted at the moment that was told, and not before', () => {
  fc.assert(
    fc.property(rates, gaps, (rate, list) => {
      const quota = new SlidingWindow(rate, manyKeys);
      let nowMs = 0;
      for (const gapMs of list) {
        nowMs += gapMs % rate.windowMs;
        const waitMs = quota.waitMs('a', nowMs);
        if (waitMs === 0) {
          quota.take();
          continue;
        }
        expect(quota.waitMs('a', nowMs + waitMs * 0.99 - 0.001)).toBeGreaterThan(0);
        nowMs += waitMs + 0.001;
        expect(quota.waitMs('a', nowMs)).toBe(0);
      }
    }),
  );
});

test('under steady overload 10,000 keys are admitted what the limit gives, within 1 %', () => {
  const quota = new SlidingWindow({ requests: 10, windowMs: 1_000 }, manyKeys);
  const windows = 4;
  let admitted = 0;
  for (let nowMs = 0; nowMs < windows * 1_000; nowMs += 50) {
    for (let key = 0; key < 10_000; key++) if (admit(quota, String(key), nowMs)) admitted++;
  }
  const expected = 10_000 * 10 * windows;
  expect(Math.abs(admitted - expected) / expected).toBeLessThanOrEqual(0.01);
});

test('idle keys are gone after two windows', () => {
  const quota = new SlidingWindow({ requests: 10, windowMs: 1_000 }, manyKeys);
  for (let i = 0; i < 100; i++) admit(quota, String(i), 0);
  quota.sweep(1_000);
  expect(quota.size).toBe(100);
  quota.sweep(2_000);
  expect(quota.size).toBe(0);
});

test('beyond maxKeys the oldest are forgotten', () => {
  const quota = new SlidingWindow({ requests: 1, windowMs: 1_000 }, 2);
  expect(['a', 'b', 'c', 'a'].map((key) => admit(quota, key, 0))).toEqual([true, true, true, true]);
  expect([quota.size, quota.forgotten]).toEqual([2, 2]);
});
