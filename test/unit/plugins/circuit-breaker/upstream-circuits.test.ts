import { FakeClock } from 'hookway/testing';
import { expect, test } from 'vitest';
import type { Backend, Upstream } from '../../../../core/index.ts';
import { Breaker } from '../../../../plugins/circuit-breaker/breaker.ts';
import type { CircuitLimits } from '../../../../plugins/circuit-breaker/circuit.ts';
import { WatchedCircuits } from '../../../../plugins/circuit-breaker/directory.ts';
import { UpstreamCircuits } from '../../../../plugins/circuit-breaker/upstream-circuits.ts';

const rules = { failureShare: 1, minimumRequests: 1, windowMs: 1_000, openMs: 500, probes: 1 };
const unlimited: CircuitLimits = { maxActive: undefined, maxPending: undefined, maxRetries: undefined };

function start(per: 'upstream' | 'backend', limits: Partial<CircuitLimits> = {}, draining = 0) {
  const clock = new FakeClock();
  const backends = ['a', 'b', 'c'].map((name) => ({ name, activeAttempts: 0, pool: { queueLength: 0 } }));
  const upstream = { name: 'app', backends, candidates: backends.slice(draining) } as unknown as Upstream;
  const circuits = new UpstreamCircuits(upstream, per, { ...unlimited, ...limits }, () => {
    return new Breaker(rules, clock.now, () => {});
  });
  const fail = (at: number) => circuits.breakerOf(upstream.backends[at]!)!.note(true, 0);
  const left = () =>
    circuits
      .narrow(upstream.backends)
      .map(({ name }: Backend) => name)
      .join('');
  return { clock, backends, upstream, circuits, fail, left };
}

test('one circuit for an upstream opens for all of its backends', () => {
  const { circuits, fail, clock } = start('upstream');
  expect([circuits.isOpen, circuits.refused]).toEqual([false, undefined]);
  fail(0);
  clock.advance(100);
  expect([circuits.isOpen, circuits.refused]).toEqual([true, { isOpen: true, waitMs: 400 }]);
});

test('circuits of backends open one by one, and refuse when the last one has', () => {
  const { circuits, upstream, fail, left, clock } = start('backend');
  expect(circuits.narrow(upstream.backends)).toBe(upstream.backends);
  fail(1);
  clock.advance(100);
  expect([left(), circuits.refused]).toEqual(['ac', undefined]);
  fail(0);
  fail(2);
  expect([left(), circuits.refused]).toEqual(['', { isOpen: true, waitMs: 400 }]);
  clock.advance(400);
  expect([left(), circuits.refused]).toEqual(['b', undefined]);
});

test('an upstream with as many requests as may be on their way refuses others', () => {
  const { circuits, backends } = start('upstream', { maxActive: 5 });
  backends[0]!.activeAttempts = 2;
  backends[2]!.activeAttempts = 2;
  expect(circuits.refused).toBeUndefined();
  backends[1]!.activeAttempts = 1;
  expect([circuits.refused, circuits.isOpen]).toEqual([{ isOpen: false }, false]);
});

test('an upstream with as many requests as may wait refuses others', () => {
  const { circuits, backends } = start('upstream', { maxPending: 2 });
  backends[0]!.pool.queueLength = 1;
  expect(circuits.refused).toBeUndefined();
  backends[1]!.pool.queueLength = 1;
  expect(circuits.refused).toEqual({ isOpen: false });
});

test('a backend that is full is left out while others have room', () => {
  const { circuits, backends, left } = start('backend', { maxActive: 1 });
  backends[0]!.activeAttempts = 1;
  expect([left(), circuits.refused]).toEqual(['bc', undefined]);
  for (const backend of backends) backend.activeAttempts = 1;
  expect([left(), circuits.refused]).toEqual(['', { isOpen: false }]);
});

test('retries are bounded, and there are none while the circuit is open', () => {
  const { circuits, upstream, fail } = start('upstream', { maxRetries: 1 });
  const directory = new WatchedCircuits();
  directory.add(circuits);
  expect([directory.takeRetry(upstream), directory.takeRetry(upstream)]).toEqual([true, false]);
  directory.releaseRetry(upstream);
  expect(directory.takeRetry(upstream)).toBe(true);
  directory.releaseRetry(upstream);
  fail(0);
  expect([directory.takeRetry(upstream), directory.isOpen(upstream)]).toEqual([false, true]);
});

test('an upstream that nobody watches is closed and unlimited, and none is watched twice', () => {
  const { circuits } = start('upstream');
  const directory = new WatchedCircuits();
  const other = { name: 'other' } as Upstream;
  expect([directory.isOpen(other), directory.takeRetry(other)]).toEqual([false, true]);
  directory.add(circuits);
  expect(() => directory.add(circuits)).toThrow(
    'The upstream app is watched by another entry of circuit-breaker.',
  );
});

test('a backend that is draining keeps no upstream open for requests, and alone refuses none', () => {
  const { circuits, fail } = start('backend', {}, 2);
  fail(2);
  expect([circuits.isOpen, circuits.refused]).toEqual([true, { isOpen: true, waitMs: 500 }]);
  const alone = start('backend', {}, 3).circuits;
  expect([alone.isOpen, alone.refused]).toEqual([false, undefined]);
});
