import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durations } from '../../../../plugins/metrics/family.ts';
import { Histogram } from '../../../../plugins/metrics/histogram.ts';

const of = (values: readonly number[], bounds: readonly number[] = [1, 2.5, 10]): Histogram => {
  const histogram = new Histogram(Float64Array.from(bounds));
  for (const value of values) histogram.observe(value);
  return histogram;
};

test('a value is in the bucket of the first bound that it does not exceed', () => {
  expect([...of([0, 1, 1.0001, 2.5, 9.9, 10, 10.1, Infinity]).counts]).toEqual([2, 2, 2, 2]);
});

test('as text buckets hold all up to their bound, in seconds', () => {
  const { values } = durations('d', 'Durations.', [[{ route: 'a' }, of([0.5, 2, 2, 11])]]);
  expect(values.map(({ metricName, labels, value }) => [metricName, labels['le'], value])).toEqual([
    ['d_bucket', '0.001', 1],
    ['d_bucket', '0.0025', 3],
    ['d_bucket', '0.01', 3],
    ['d_bucket', '+Inf', 4],
    ['d_sum', undefined, 0.0155],
    ['d_count', undefined, 4],
  ]);
  expect(values.every(({ labels }) => labels['route'] === 'a')).toBe(true);
});

test.each([
  [0.1, '0.0001'],
  [0.3, '0.0003'],
  [2.5, '0.0025'],
  [1_100, '1.1'],
])('the bound of %d ms is written as %s', (ms, le) => {
  expect(durations('d', '', [[{}, of([], [ms])]]).values[0]!.labels['le']).toBe(le);
});

test('no value is lost or counted twice', () => {
  const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }));
  const bounds = fc
    .uniqueArray(fc.double({ min: 0.001, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 20 })
    .map((unordered) => unordered.sort((a, b) => a - b));
  fc.assert(
    fc.property(values, bounds, (given, limits) => {
      const histogram = of(given, limits);
      let upTo = 0;
      for (const [index, limit] of limits.entries()) {
        upTo += histogram.counts[index]!;
        expect(upTo).toBe(given.filter((value) => value <= limit).length);
      }
      expect(upTo + histogram.counts[limits.length]!).toBe(given.length);
    }),
  );
});
