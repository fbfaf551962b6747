import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FailureLog } from '../../../core/log/failure-log.ts';

let lines: [level: string, fields: object, message: string][];
let failures: FailureLog;

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  const write = (level: string) => (fields: object, message: string) => lines.push([level, fields, message]);
  failures = new FailureLog({ error: write('error'), debug: write('debug') } as never, 1_000);
});
afterEach(() => {
  failures.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const errors = (): unknown[] => lines.filter(([level]) => level === 'error').map(([, fields]) => fields);
const failure = (err: string, plugin = 'a') => ({ err, plugin, hook: 'onRequest', code: 'plugin_failed' });

test('the first of a kind is written at once, those behind it as one line with their number', () => {
  for (const err of ['first', 'second', 'third']) failures.report(failure(err), 'failed');
  expect(errors()).toEqual([failure('first')]);
  vi.advanceTimersByTime(1_000);
  expect(errors()).toEqual([failure('first'), { ...failure('third'), repeated: 2 }]);
  vi.advanceTimersByTime(10_000);
  expect(errors()).toHaveLength(2);
});

test('a storm costs one line an interval, and what comes after a quiet one is a first again', () => {
  for (let i = 0; i < 100; i++) {
    failures.report(failure(`${i}`), 'failed');
    vi.advanceTimersByTime(100);
  }
  expect(errors()).toHaveLength(11);
  vi.advanceTimersByTime(2_000);
  failures.report(failure('again'), 'failed');
  expect(errors().at(-1)).toEqual(failure('again'));
});

test('kinds are told apart, and each failure is there at level debug', () => {
  failures.report(failure('x'), 'failed');
  failures.report(failure('y', 'b'), 'failed');
  failures.report(failure('z'), 'failed');
  expect(errors()).toEqual([failure('x'), failure('y', 'b')]);
  expect(lines.at(-1)).toEqual(['debug', failure('z'), 'failed']);
});

test('the number of kinds is bounded', () => {
  for (let i = 0; i < 500; i++) failures.report(failure('x', `plugin-${i}`), 'failed');
  expect(errors()).toHaveLength(101);
});

test('closing writes what was counted', () => {
  failures.report(failure('x'), 'failed');
  failures.report(failure('y'), 'failed');
  failures.close();
  expect(errors().at(-1)).toEqual({ ...failure('y'), repeated: 1 });
});
