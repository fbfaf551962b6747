import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCommonStamp, createIsoStamp, milliseconds } from '../../../../plugins/access-log/stamps.ts';

const moments = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });

test('the ISO stamp is that of Date, whatever was asked before', () => {
  const stamp = createIsoStamp();
  fc.assert(
    fc.property(moments, fc.nat(2_000), (date, laterMs) => {
      for (const epochMs of [date.getTime(), date.getTime() + laterMs]) {
        expect(stamp(epochMs)).toBe(new Date(epochMs).toISOString());
      }
    }),
  );
});

test('the stamp of the combined format is in UTC', () => {
  const stamp = createCommonStamp();
  expect(stamp(Date.UTC(2026, 10, 5, 10, 11, 12, 999))).toBe('05/Nov/2026:10:11:12 +0000');
  expect(stamp(Date.UTC(2026, 10, 5, 10, 11, 13, 0))).toBe('05/Nov/2026:10:11:13 +0000');
  expect(stamp(Date.UTC(2027, 0, 31))).toBe('31/Jan/2027:00:00:00 +0000');
});

test.each([
  [0, '0.000'],
  [0.0004, '0.000'],
  [0.0006, '0.001'],
  [0.9996, '1.000'],
  [1.5, '1.500'],
  [12.3456, '12.346'],
  [86_400_000.007, '86400000.007'],
  [-0.5, '0.000'],
])('%d ms are written %s', (duration, expected) => {
  expect(milliseconds(duration)).toBe(expected);
});
