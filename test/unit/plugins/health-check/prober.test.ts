import { FakeClock } from 'hookway/testing';
import { expect, test } from 'vitest';
import { Prober } from '../../../../plugins/health-check/prober.ts';

/** A prober whose probes take `tookMs`; `begun` has the moment of each. */
function start(tookMs: number, random = 0.5, jitter = 0) {
  const clock = new FakeClock();
  const begun: number[] = [];
  const results: (string | undefined)[] = [];
  const prober = new Prober(
    (done) => {
      begun.push(clock.now());
      return clock.setTimeout(() => done('timeout'), tookMs);
    },
    { intervalMs: 100, jitter },
    clock,
    () => random,
    (problem) => results.push(problem),
  );
  prober.start();
  return { clock, begun, results, prober };
}

test('probes begin at once and then in every interval, however long they take within it', () => {
  const { clock, begun, results } = start(30);
  clock.advance(350);
  expect(begun).toEqual([0, 100, 200, 300]);
  expect(results).toEqual(['timeout', 'timeout', 'timeout', 'timeout']);
});

test('a probe that takes longer than the interval is never joined by a second one', () => {
  const { clock, begun } = start(250);
  clock.advance(600);
  expect(begun).toEqual([0, 250, 500]);
});

test.each([
  [0, 80],
  [0.5, 100],
  [1, 120],
])(
  'with a jitter of a fifth and the random number %d, the next probe comes after %i ms',
  (random, second) => {
    const { clock, begun } = start(0, random, 0.2);
    clock.advance(130);
    expect(begun).toEqual([0, second]);
  },
);

test.each([10, 50])('after a stop at %i ms nothing happens any more', (atMs) => {
  const { clock, begun, results, prober } = start(30);
  clock.advance(atMs);
  const before = results.length;
  prober.stop();
  expect(clock.pendingTimers).toBe(0);
  clock.advance(1_000);
  expect([begun, results.length]).toEqual([[0], before]);
});
