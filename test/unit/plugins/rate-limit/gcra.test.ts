import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeClock } from '../../../../core/testing/index.ts';
import { Gcra } from '../../../../plugins/rate-limit/gcra.ts';
import type { Quota } from '../../../../plugins/rate-limit/quota.ts';

const manyKeys = 1_000_000;

/** Asks and, where admitted, charges. */
function admit(quota: Quota, key: string, nowMs: number): boolean {
  if (quota.waitMs(key, nowMs) > 0) return false;
  quota.take();
  return true;
}

/** The same algorithm in whole numbers: time in parts of a millisecond, as many as there are requests. */
class ExactGcra {
  readonly #arrivals = new Map<string, bigint>();
  readonly #requests: bigint;
  readonly #interval: bigint;
  readonly #burst: bigint;

  constructor(requests: number, windowMs: number, burst: number) {
    this.#requests = BigInt(requests);
    this.#interval = BigInt(windowMs);
    this.#burst = BigInt(burst);
  }

  admit(key: string, nowMs: number): boolean {
    const now = BigInt(nowMs) * this.#requests;
    const known = this.#arrivals.get(key) ?? 0n;
    const next = (known > now ? known : now) + this.#interval;
    if (next - now > this.#burst * this.#interval) return false;
    this.#arrivals.set(key, next);
    return true;
  }
}

test('a burst is admitted at once, and then one request in each interval', () => {
  const clock = new FakeClock(1_000_000);
  const quota = new Gcra({ requests: 100, windowMs: 1_000, burst: 20 }, manyKeys);
  const admitted = (): number =>
    Array.from({ length: 50 }, () => admit(quota, 'a', clock.now())).filter(Boolean).length;
  expect(admitted()).toBe(20);
  for (let i = 0; i < 10; i++) {
    clock.advance(9);
    expect(admitted()).toBe(0);
    clock.advance(1);
    expect(admitted()).toBe(1);
  }
  clock.advance(1_000);
  expect(admitted()).toBe(20);
});

test('it says when a refused request is admitted, not a moment too early or late', () => {
  const quota = new Gcra({ requests: 3, windowMs: 1_000, burst: 2 }, manyKeys);
  expect([admit(quota, 'a', 0), admit(quota, 'a', 0)]).toEqual([true, true]);
  const waitMs = quota.waitMs('a', 100);
  expect(waitMs).toBeCloseTo(1_000 / 3 - 100, 6);
  expect(quota.waitMs('a', 100 + waitMs - 1)).toBeGreaterThan(0);
  expect(quota.waitMs('a', 100 + waitMs)).toBe(0);
});

test('it tells what remains and when the quota is whole again', () => {
  const quota = new Gcra({ requests: 10, windowMs: 1_000, burst: 5 }, manyKeys);
  const seen = Array.from({ length: 6 }, () => {
    admit(quota, 'a', 5_000);
    return [quota.remaining, quota.resetMs];
  });
  expect(seen).toEqual([
    [4, 100],
    [3, 200],
    [2, 300],
    [1, 400],
    [0, 500],
    [0, 500],
  ]);
});

test('keys do not share a quota', () => {
  const quota = new Gcra({ requests: 1, windowMs: 1_000, burst: 1 }, manyKeys);
  expect(['a', 'b', 'a', 'b'].map((key) => admit(quota, key, 0))).toEqual([true, true, false, false]);
});

test('asking without charging leaves the quota as it is', () => {
  const quota = new Gcra({ requests: 1, windowMs: 1_000, burst: 1 }, manyKeys);
  for (let i = 0; i < 5; i++) expect(quota.waitMs('a', 0)).toBe(0);
  expect(quota.size).toBe(0);
});

const rates = fc.record({
  requests: fc.integer({ min: 1, max: 1_000 }),
  windowMs: fc.integer({ min: 1, max: 100_000 }),
  burst: fc.integer({ min: 1, max: 50 }),
});
const arrivals = fc.array(
  fc.record({ key: fc.constantFrom('a', 'b', 'c'), afterMs: fc.nat({ max: 2_000 }) }),
  { maxLength: 300 },
);

test('every decision is that of exact arithmetic, however long the process runs', () => {
  fc.assert(
    fc.property(
      rates,
      arrivals,
      fc.constantFrom(0, 86_400_000, 31_536_000_000),
      ({ requests, windowMs, burst }, list, startMs) => {
        const quota = new Gcra({ requests, windowMs, burst }, manyKeys);
        const exact = new ExactGcra(requests, windowMs, burst);
        let nowMs = startMs;
        for (const { key, afterMs } of list) {
          nowMs += afterMs;
          expect(admit(quota, key, nowMs)).toBe(exact.admit(key, nowMs));
        }
      },
    ),
  );
});

test('a process that has run for years admits short intervals as well', () => {
  const years = 3 * 31_536_000_000;
  const quota = new Gcra({ requests: 568, windowMs: 1, burst: 1 }, manyKeys);
  for (let i = 0; i < 100; i++) expect(admit(quota, 'a', years + i)).toBe(true);
});

test('over 10,000 keys at random times as many are admitted as exact arithmetic admits', () => {
  const quota = new Gcra({ requests: 7, windowMs: 1_000, burst: 3 }, manyKeys);
  const exact = new ExactGcra(7, 1_000, 3);
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed % below;
  };
  let admitted = 0;
  let expected = 0;
  for (let i = 0; i < 300_000; i++) {
    const key = `key-${random(10_007) % 10_000}`;
    const nowMs = Math.floor(i / 60);
    if (admit(quota, key, nowMs)) admitted++;
    if (exact.admit(key, nowMs)) expected++;
  }
  expect(expected).toBeGreaterThan(10_000);
  expect(expected).toBeLessThan(300_000);
  expect(admitted).toBe(expected);
});

test('in any stretch of time no more than the burst and the rate are admitted', () => {
  fc.assert(
    fc.property(rates, arrivals, ({ requests, windowMs, burst }, list) => {
      const quota = new Gcra({ requests, windowMs, burst }, manyKeys);
      const times: number[] = [];
      let nowMs = 0;
      for (const { afterMs } of list) {
        nowMs += afterMs;
        if (admit(quota, 'a', nowMs)) times.push(nowMs);
      }
      for (let from = 0; from < times.length; from++) {
        for (let to = from; to < times.length; to++) {
          const allowed = burst + ((times[to]! - times[from]!) * requests) / windowMs;
          expect(to - from + 1).toBeLessThanOrEqual(allowed + 0.01);
        }
      }
    }),
    { numRuns: 20 },
  );
});

test('idle keys are gone after two rotations, those in use stay', () => {
  const clock = new FakeClock();
  const quota = new Gcra({ requests: 10, windowMs: 60_000, burst: 10 }, manyKeys);
  for (let i = 0; i < 1_000; i++) admit(quota, `idle-${i}`, clock.now());
  expect(quota.size).toBe(1_000);
  for (let i = 0; i < 21; i++) {
    admit(quota, 'busy', clock.now());
    clock.advance(6_001);
  }
  quota.sweep(clock.now());
  expect(quota.size).toBe(1);
  clock.advance(200_000);
  quota.sweep(clock.now());
  expect(quota.size).toBe(0);
});
