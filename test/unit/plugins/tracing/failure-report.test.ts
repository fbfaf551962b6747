import { expect, test } from 'vitest';
import type { Logger } from '../../../../core/index.ts';
import { FailureReport } from '../../../../plugins/tracing/failure-report.ts';

test('failures are counted, and logged at most once a minute with how many there were', () => {
  const counts: unknown[] = [];
  const log = { warn: ({ failures }: { failures: number }) => counts.push(failures) } as unknown as Logger;
  let nowMs = 5;
  const report = new FailureReport(log, { value: 0 }, () => nowMs);
  for (let i = 0; i < 10; i++) report.add(new Error('no'));
  nowMs += 59_999;
  report.add(new Error('no'));
  expect(counts).toEqual([1]);
  nowMs += 1;
  report.add(new Error('no'));
  expect(counts).toEqual([1, 12]);
});
