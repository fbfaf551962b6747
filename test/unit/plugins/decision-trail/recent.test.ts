import { expect, test } from 'vitest';
import { fieldText } from '../../../../plugins/decision-trail/field-text.ts';
import { RecentTrails } from '../../../../plugins/decision-trail/recent.ts';
import type { TrailRecord } from '../../../../plugins/decision-trail/record.ts';

const step = {
  hook: 'onRequest',
  plugin: 'p',
  stage: 'Default',
  attempt: 0,
  isSkipped: false,
  tookMs: 1,
} as const;
const quiet = { ...step, effects: [] };
const loud = { ...step, effects: [{ kind: 'slot', name: 's' } as const] };
const route = { route: 'r', upstream: 'u', isTaken: true, conditions: [], precededBy: 'host' as const };

const record = (exchange: string, rest: Partial<TrailRecord> = {}): TrailRecord =>
  ({
    exchange,
    target: '/ü\u0001',
    steps: [quiet, loud],
    routes: [route],
    omittedSteps: 0,
    ...rest,
  }) as TrailRecord;

test('the last records are kept, newest first, and found by their exchange', () => {
  const trails = new RecentTrails(2);
  for (const id of ['a', 'b', 'c']) trails.add(record(id));
  expect(trails.recent().map(({ exchange }) => exchange)).toEqual(['c', 'b']);
  expect([trails.find('a'), trails.find('c')?.exchange]).toEqual([undefined, 'c']);
});

test('none are kept when none are wanted', () => {
  const trails = new RecentTrails(0);
  trails.add(record('a'));
  expect(trails.recent()).toEqual([]);
});

test('a field holds printable ASCII that reads as the record', () => {
  const text = fieldText(record('a'), 4_096);
  expect(text).toMatch(/^[\x20-\x7e]+$/);
  expect(JSON.parse(text)).toMatchObject(JSON.parse(JSON.stringify(record('a'))));
});

test('a field that would be too long loses what says least first', () => {
  const all = fieldText(record('a'), 4_096).length;
  const without = (maxBytes: number) => JSON.parse(fieldText(record('a'), maxBytes)) as TrailRecord;
  expect(without(all - 1)).toMatchObject({ steps: [loud], omittedSteps: 1, routes: [route] });
  const quieter = JSON.stringify(without(all - 1)).length;
  expect(without(quieter - 10)).toMatchObject({ steps: [loud], routes: [] });
  expect(without(100)).toEqual({ exchange: 'a', omittedSteps: 2 });
});
