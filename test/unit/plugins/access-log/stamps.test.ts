import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineBytes } from '../../../../plugins/access-log/line-bytes.ts';
import { createCommonStamp, createIsoStamp, type Stamp } from '../../../../plugins/access-log/stamps.ts';

const moments = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });

function textOf(stamp: Stamp, epochMs: number): string {
  const line = new LineBytes(64);
  stamp(line, epochMs);
  return line.bytes.toString('latin1', 0, line.length);
}

test('the ISO stamp is that of Date, whatever was asked before', () => {
  const stamp = createIsoStamp();
  fc.assert(
    fc.property(moments, fc.nat(2_000), (date, laterMs) => {
      for (const epochMs of [date.getTime(), date.getTime() + laterMs]) {
        expect(textOf(stamp, epochMs)).toBe(new Date(epochMs).toISOString());
      }
    }),
  );
});

test('the stamp of the combined format is in UTC', () => {
  const stamp = createCommonStamp();
  expect(textOf(stamp, Date.UTC(2026, 10, 5, 10, 11, 12, 999))).toBe('05/Nov/2026:10:11:12 +0000');
  expect(textOf(stamp, Date.UTC(2026, 10, 5, 10, 11, 13, 0))).toBe('05/Nov/2026:10:11:13 +0000');
  expect(textOf(stamp, Date.UTC(2027, 0, 31))).toBe('31/Jan/2027:00:00:00 +0000');
});
