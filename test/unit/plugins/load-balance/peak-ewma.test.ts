import { expect, test } from 'vitest';
import { FakeClock } from 'hookway/testing';
import { Latency } from '../../../../plugins/load-balance/latency.ts';
import { failedAttemptMs, PeakEwma } from '../../../../plugins/load-balance/peak-ewma.ts';
import { ownWeight } from '../../../../plugins/load-balance/weights.ts';
import { countsOf, retaining, seeded, type Server, serversOf } from './servers.ts';

const decayMs = 10_000;

test('a slower answer counts in full, faster ones bit by bit, and silence lets it fade', () => {
  const latency = new Latency();
  expect(latency.isKnown).toBe(false);
  latency.observe(20, 1_000, decayMs);
  expect([latency.isKnown, latency.expectMs(1_000, decayMs)]).toEqual([true, 20]);
  latency.observe(100, 1_001, decayMs);
  expect(latency.expectMs(1_001, decayMs)).toBe(100);
  latency.observe(20, 1_001 + decayMs, decayMs);
  expect(latency.expectMs(1_001 + decayMs, decayMs)).toBeCloseTo(20 + 80 / Math.E, 9);
  expect(latency.expectMs(1_001 + 2 * decayMs, decayMs)).toBeCloseTo((20 + 80 / Math.E) / Math.E, 9);
});

test('an answer that becomes known late counts as much as is left of it', () => {
  const latency = new Latency();
  latency.observe(20, decayMs, decayMs);
  latency.observe(50, 0, decayMs);
  expect(latency.expectMs(decayMs, decayMs)).toBe(20);
  latency.observe(200, 0, decayMs);
  expect(latency.expectMs(decayMs, decayMs)).toBeCloseTo(200 / Math.E, 9);
});

function start(...weights: number[]) {
  const clock = new FakeClock(1_000);
  const servers = serversOf(...weights);
  const settings = { decayMs, random: seeded(1), now: clock.now };
  const retain = retaining();
  const policy = new PeakEwma(servers, ownWeight, settings, retain);
  const answered = (backend: Server, latencyMs: number): void => {
    const responseAtMs = clock.now();
    policy.observe({ backend, startedAtMs: responseAtMs - latencyMs, responseAtMs, error: undefined });
  };
  const picks = (count: number): Record<string, number> =>
    countsOf(Array.from({ length: count }, () => policy.pick(servers).name));
  const [a, b] = servers as [Server, Server];
  return { clock, servers, policy, settings, retain, answered, picks, a, b };
}

test('the faster of two is taken until enough wait for it', () => {
  const { a, b, answered, picks } = start(1, 1);
  answered(a, 10);
  answered(b, 35);
  expect(picks(10)).toEqual({ a: 10 });
  a.activeAttempts = 2;
  expect(picks(10)).toEqual({ a: 10 });
  a.activeAttempts = 3;
  expect(picks(10)).toEqual({ b: 10 });
});

test('twice the weight makes up for twice the latency', () => {
  const { a, b, answered, picks } = start(2, 1);
  answered(a, 19);
  answered(b, 10);
  expect(picks(10)).toEqual({ a: 10 });
  answered(a, 21);
  expect(picks(10)).toEqual({ b: 10 });
});

test('a backend of which nothing is known gets one request, and no other before its answer', () => {
  const { a, b, answered, picks } = start(1, 1);
  answered(a, 10);
  expect(picks(10)).toEqual({ b: 10 });
  b.activeAttempts = 1;
  a.activeAttempts = 50;
  expect(picks(10)).toEqual({ a: 10 });
  answered(b, 10);
  expect(picks(10)).toEqual({ b: 10 });
});

test('as long as nothing is known of anybody, what runs is spread', () => {
  const { servers, policy } = start(1, 1);
  for (let i = 0; i < 20; i++) policy.pick(servers).activeAttempts++;
  expect(servers.map(({ activeAttempts }) => activeAttempts)).toEqual([10, 10]);
});

test('a slow backend is tried again after some time', () => {
  const { a, b, clock, answered, picks } = start(1, 1);
  answered(b, 100);
  clock.advance(decayMs);
  answered(a, 40);
  expect(picks(10)).toEqual({ b: 10 });
});

test('a backend that fails at once does not look fast', () => {
  const { a, b, clock, policy, answered, picks } = start(1, 1);
  answered(a, failedAttemptMs - 1);
  answered(b, 1);
  const failed = { backend: b, startedAtMs: clock.now(), responseAtMs: 0 };
  policy.observe({ ...failed, error: { fault: 'client' } });
  policy.observe({ ...failed, error: undefined });
  expect(picks(10)).toEqual({ b: 10 });
  policy.observe({ ...failed, error: { fault: 'backend' } });
  expect(picks(10)).toEqual({ a: 10 });
});

test('an attempt at a backend of another upstream teaches nothing', () => {
  const { policy, picks } = start(1, 1);
  const [foreign] = serversOf(1) as [Server];
  policy.observe({ backend: foreign, startedAtMs: 0, responseAtMs: 5_000, error: undefined });
  expect(Object.keys(picks(50)).sort()).toEqual(['a', 'b']);
});

test('what was learnt holds in the next configuration', () => {
  const { a, b, settings, retain, answered } = start(1, 1);
  answered(a, 100);
  answered(b, 10);
  const reloaded = serversOf(1, 1);
  const next = new PeakEwma(reloaded, ownWeight, settings, retain);
  expect(Array.from({ length: 10 }, () => next.pick(reloaded).name).join('')).toBe('b'.repeat(10));
});

test('an attempt that failed after a long wait counts as long as it took', () => {
  const { a, b, clock, policy, answered, picks } = start(1, 1);
  answered(a, 4 * failedAttemptMs);
  const startedAtMs = clock.now();
  clock.advance(5 * failedAttemptMs);
  policy.observe({ backend: b, startedAtMs, responseAtMs: 0, error: { fault: 'backend' } });
  expect(picks(10)).toEqual({ a: 10 });
});
