import { expect, test } from 'vitest';
import type { AttemptRecord } from '../../../../core/index.ts';
import { AttemptCounts } from '../../../../plugins/metrics/attempt-counts.ts';
import { Counts } from '../../../../plugins/metrics/counts.ts';

const labels = { upstream: 'u', backend: 'b' };

test('the same labels are counted in the same place, whoever asks', () => {
  const counts = new Counts([1]);
  expect(counts.exchangesOf({ route: 'r', ...labels })).toBe(counts.exchangesOf({ route: 'r', ...labels }));
  expect(counts.exchangesOf({ route: 'ru', upstream: '', backend: 'b' })).not.toBe(
    counts.exchangesOf({ route: 'r', upstream: 'u', backend: 'b' }),
  );
});

test('what is gone is forgotten, and what is for no backend stays', () => {
  const counts = new Counts([1]);
  const none = { upstream: '', backend: '' };
  for (const route of ['', 'kept', 'gone']) {
    for (const to of [none, labels, { upstream: 'u', backend: 'gone' }]) counts.exchangesOf({ route, ...to });
  }
  counts.attemptsOf(labels);
  counts.attemptsOf({ upstream: 'gone', backend: 'b' });
  counts.keepOnly(
    (route) => route !== 'gone',
    ({ upstream, backend }) => upstream === 'u' && backend === 'b',
  );
  const kept = [...counts.exchanges].map((each) => `${each.labels.route} ${each.labels.backend}`);
  expect(kept).toEqual([' ', ' b', 'kept ', 'kept b']);
  expect([...counts.attempts].map((each) => each.labels)).toEqual([labels]);
});

test('an attempt counts once, by what came of it', () => {
  const counts = new AttemptCounts(labels, Float64Array.of(10));
  const times = { startedAtMs: 100, connectedAtMs: 105, responseAtMs: 125 };
  const unanswered = { ...times, responseAtMs: 0 };
  const failure = { code: 'connection_lost' };
  for (const attempt of [
    { ...times, status: 204 },
    { ...times, status: 503, error: failure },
    { ...unanswered, error: failure },
    { ...unanswered, connectedAtMs: 0 },
  ])
    counts.count(attempt as AttemptRecord);
  expect([...counts.answered]).toEqual([0, 1, 0, 0, 1, 0]);
  expect([[...counts.failed], counts.cancelled]).toEqual([[['connection_lost', 1]], 1]);
  expect([counts.waits.count, counts.waits.sum]).toEqual([3, 15]);
  expect([counts.responses.count, counts.responses.sum]).toEqual([2, 40]);
});
