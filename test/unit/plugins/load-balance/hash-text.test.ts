import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashText, mix } from '../../../../plugins/load-balance/hash-text.ts';

// gateways of different versions must agree
test.each([
  ['', 0, 2_872_998_923],
  ['a', 0, 444_641_715],
  ['a', 1, 3_873_127_206],
  ['192.0.2.1', 0, 1_941_296_713],
])('the hash of %j with seed %i stays %i', (text, seed, expected) => {
  expect(hashText(text, seed)).toBe(expected);
});

test('the finalizer is that of MurmurHash3', () => {
  expect(mix(0)).toBe(0);
  expect(mix(1)).toBe(0x514e28b7);
  expect(mix(0xffffffff)).toBe(0x81f16f39);
});

test('hashes are whole numbers of 32 bits, the same for the same text', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (text, seed) => {
      const hash = hashText(text, seed);
      expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32).toBe(true);
      expect(hashText(text, seed)).toBe(hash);
    }),
  );
});

test('texts that differ in little are spread evenly', () => {
  const buckets = new Uint32Array(64);
  for (let i = 0; i < 64_000; i++) buckets[hashText(`10.0.0.1:${i}`) >>> 26]!++;
  expect(Math.max(...buckets)).toBeLessThan(1_150);
  expect(Math.min(...buckets)).toBeGreaterThan(850);
});
