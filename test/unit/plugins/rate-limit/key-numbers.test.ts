import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyNumbers } from '../../../../plugins/rate-limit/key-numbers.ts';
import { Gcra } from '../../../../plugins/rate-limit/gcra.ts';
import { SlidingWindow } from '../../../../plugins/rate-limit/sliding-window.ts';

const known = (numbers: KeyNumbers, keys: string): string =>
  Array.from(keys)
    .filter((key) => (numbers.getYoung(key) ?? numbers.getOld(key)) !== undefined)
    .join('');

test('what was not set since the rotation before the last is gone', () => {
  const numbers = new KeyNumbers(10);
  numbers.set('a', 1);
  numbers.rotate();
  expect([numbers.getYoung('a'), numbers.getOld('a')]).toEqual([undefined, 1]);
  numbers.set('b', 2);
  numbers.rotate();
  expect([numbers.getOld('a'), numbers.getOld('b'), numbers.size]).toEqual([undefined, 2, 1]);
});

test('beyond the bound the oldest are forgotten, one for each new key', () => {
  const numbers = new KeyNumbers(4);
  for (const key of 'ab') numbers.set(key, 1);
  numbers.rotate();
  for (const key of 'cd') numbers.set(key, 1);
  expect(known(numbers, 'abcd')).toBe('abcd');
  numbers.set('e', 1);
  expect(known(numbers, 'abcde')).toBe('bcde');
  numbers.set('f', 1);
  numbers.set('g', 1);
  expect(known(numbers, 'abcdefg')).toBe('defg');
  expect(numbers.forgotten).toBe(3);
  numbers.set('d', 2);
  expect(numbers.forgotten).toBe(3);
});

test('whatever is done, there are never more keys than the bound, and the last one set is known', () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ key: fc.nat({ max: 20 }).map(String), move: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 200 }), (bound, steps) => {
      const numbers = new KeyNumbers(bound);
      for (const [index, each] of steps.entries()) {
        if (each === undefined) numbers.rotate();
        else {
          if (each.move) numbers.deleteOld(each.key);
          numbers.set(each.key, index);
          expect(numbers.getYoung(each.key)).toBe(index);
        }
        expect(numbers.size).toBeLessThanOrEqual(bound);
      }
    }),
  );
});

test.each([
  ['just before', 0],
  ['before a rotation', 1],
])('a flood of new keys does not give a new quota to who used up its own %s', (_, rotations) => {
  const quotas = [
    new Gcra({ requests: 10, windowMs: 1_000, burst: 10 }, 100),
    new SlidingWindow({ requests: 10, windowMs: 1_000 }, 100),
  ];
  for (const quota of quotas) {
    const hit = (key: string, nowMs: number): boolean => {
      const isAdmitted = quota.waitMs(key, nowMs) === 0;
      if (isAdmitted) quota.take();
      return isAdmitted;
    };
    const startMs = 999_000;
    hit('early', startMs);
    for (let i = 0; i < 10; i++) expect(hit('greedy', startMs + 500)).toBe(true);
    const floodAtMs = startMs + 500 + rotations * 510;
    for (let i = 0; i < 5_000; i++) {
      hit(`once ${i}`, floodAtMs);
      if (i % 2 === 0) hit(`once ${i}`, floodAtMs);
    }
    expect(quota.size).toBe(100);
    let admitted = 0;
    while (hit('greedy', floodAtMs)) admitted++;
    expect(admitted).toBeLessThanOrEqual(rotations * 6);
  }
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test('a million keys take less than 150 MB, a flood of others no more, and all of it is given back', () => {
  const before = heapBytes();
  const quota = new Gcra({ requests: 10, windowMs: 1_000, burst: 10 }, 1_000_000);
  const hit = (key: string, nowMs: number): void => {
    if (quota.waitMs(key, nowMs) === 0) quota.take();
  };
  for (let i = 0; i < 1_000_000; i++) hit(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 0);
  expect(quota.size).toBe(1_000_000);
  expect(heapBytes() - before).toBeLessThan(150e6);
  for (let i = 0; i < 1_000_000; i++) hit(`11.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 1_500);
  expect(quota.size).toBe(1_000_000);
  expect(heapBytes() - before).toBeLessThan(150e6);
  quota.sweep(10_000);
  expect(quota.size).toBe(0);
  expect(heapBytes() - before).toBeLessThan(10e6);
}, 60_000);
