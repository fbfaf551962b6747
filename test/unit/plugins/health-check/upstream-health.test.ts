import { FakeClock } from 'hookway/testing';
import { expect, test } from 'vitest';
import type { Backend, Upstream } from '../../../../core/index.ts';
import { HealthDirectory } from '../../../../plugins/health-check/health-directory.ts';
import { Standing } from '../../../../plugins/health-check/standing.ts';
import { type ShareRules, UpstreamHealth } from '../../../../plugins/health-check/upstream-health.ts';
import { rules } from './rules.ts';

const shares: ShareRules = { maxEjectedShare: 0.5, panicShare: 0.3 };

/** An upstream `app` of backends `a`, `b` and so on, with everything that is reported about it. */
function start(count: number, changed: Partial<ShareRules> = {}, clock = new FakeClock(), draining = 0) {
  const backends = Array.from({ length: count }, (_, index) => ({
    name: String.fromCharCode(97 + index),
  })) as Backend[];
  const upstream = {
    name: 'app',
    backends,
    candidates: draining === 0 ? backends : backends.slice(draining),
  } as unknown as Upstream;
  const standings = new Map(backends.map((backend) => [backend, new Standing(rules)]));
  const said: string[] = [];
  const create = () =>
    new UpstreamHealth(upstream, (backend) => standings.get(backend)!, { ...shares, ...changed }, clock, {
      onChange: ({ backend, to }) => said.push(`${backend.name} ${to}`),
      onPanic: (_, isPanic) => said.push(isPanic ? 'panic' : 'no panic'),
    });
  const health = create();
  const fail = (at: number, times = 3) => {
    for (let i = 0; i < times; i++) health.onRequest(backends[at]!, 'failure');
  };
  const probeDown = (at: number) => {
    for (let i = 0; i < 3; i++) health.onProbe(backends[at]!, 'timeout');
  };
  const left = () =>
    health
      .narrow(upstream.candidates)
      .map(({ name }) => name)
      .join('');
  return { backends, clock, health, create, said, fail, probeDown, left };
}

test('while all are healthy there is nothing to narrow', () => {
  const { health, backends } = start(3);
  expect(health.isAllHealthy).toBe(true);
  expect(health.narrow(backends)).toBe(backends);
});

test('who failed is left out, and comes back when its time is over', () => {
  const { health, backends, clock, said, fail, left } = start(3);
  fail(1);
  expect([health.isAllHealthy, left()]).toEqual([false, 'ac']);
  clock.advance(99);
  expect(left()).toBe('ac');
  clock.advance(1);
  expect([health.isAllHealthy, left(), clock.pendingTimers]).toEqual([true, 'abc', 0]);
  expect(health.narrow(backends)).toBe(backends);
  expect(said).toEqual(['b ejected', 'b healthy']);
});

test('the list of the healthy is made once, not for each request', () => {
  const { health, backends, fail } = start(3);
  fail(0);
  expect(health.narrow(backends)).toBe(health.narrow(backends));
});

test.each([
  [1, 0.5, 0],
  [2, 0.5, 1],
  [3, 0.5, 1],
  [4, 0.5, 2],
  [4, 0, 0],
  [4, 1, 4],
])('of %i backends with a maximum share of %d, %i are ejected', (count, maxEjectedShare, expected) => {
  const { health, backends, fail } = start(count, { maxEjectedShare, panicShare: 0 });
  for (let at = 0; at < count; at++) fail(at);
  expect(backends.length - health.narrow(backends).length).toBe(expected);
});

test('a backend that could not be ejected is, once another is back and it still fails', () => {
  const { fail, left, clock } = start(2);
  fail(0);
  fail(1);
  expect(left()).toBe('b');
  clock.advance(100);
  fail(1, 1);
  expect(left()).toBe('a');
});

test('probes take out any number', () => {
  const { probeDown, left } = start(3);
  probeDown(0);
  probeDown(1);
  expect(left()).toBe('c');
});

test('when too few are left all are used, and it is said once', () => {
  const { health, backends, probeDown, left, said } = start(3);
  for (const at of [0, 1, 2]) probeDown(at);
  expect(left()).toBe('abc');
  for (const at of [0, 1]) for (let i = 0; i < 2; i++) health.onProbe(backends[at]!, undefined);
  expect(left()).toBe('ab');
  expect(said.filter((line) => line.includes('panic'))).toEqual(['panic', 'no panic']);
});

test('with a panic share of 0 nobody may be left', () => {
  const { probeDown, left } = start(2, { panicShare: 0 });
  probeDown(0);
  probeDown(1);
  expect(left()).toBe('');
});

test('candidates that others narrowed are narrowed further, and kept when all of them are out', () => {
  const { health, backends, probeDown } = start(4);
  probeDown(0);
  expect(health.narrow(backends.slice(0, 2))).toEqual([backends[1]]);
  expect(health.narrow(backends.slice(0, 1))).toEqual([backends[0]]);
});

test('a configuration that is loaded anew goes on with the standings, and one of both speaks', () => {
  const { clock, create, health, backends, fail, said, left } = start(3);
  fail(1);
  const next = create();
  health.close();
  expect(next.narrow(backends).map(({ name }) => name)).toEqual(['a', 'c']);
  expect(clock.pendingTimers).toBe(1);
  clock.advance(100);
  expect([next.isAllHealthy, left()]).toEqual([true, 'ac']);
  expect(said).toEqual(['b ejected', 'b healthy']);
  next.close();
});

test('while two configurations share standings, both know and it is said once', () => {
  const { clock, create, health, fail, said } = start(3);
  const next = create();
  fail(1);
  expect([health.isAllHealthy, next.isAllHealthy]).toEqual([false, false]);
  clock.advance(100);
  expect([health.isAllHealthy, next.isAllHealthy]).toEqual([true, true]);
  expect(said).toEqual(['b ejected', 'b healthy']);
});

test('nothing is left behind by one that is closed', () => {
  const { clock, health, fail } = start(3);
  fail(0);
  health.close();
  expect(clock.pendingTimers).toBe(0);
});

test('the directory tells how each backend stands, and of changes until nobody listens', () => {
  const { health, backends, fail, clock } = start(3);
  const directory = new HealthDirectory(() => {});
  const heard: string[] = [];
  const stop = directory.onChange(({ backend, upstream, from, to, reason }) =>
    heard.push(`${upstream} ${backend.name} ${from} ${to}: ${reason}`),
  );
  directory.add(health);
  fail(2);
  expect(backends.map((backend) => directory.state(backend))).toEqual(['healthy', 'healthy', 'ejected']);
  expect(directory.isHealthy(backends[2]!)).toBe(false);
  expect(directory.isHealthy({} as Backend)).toBe(true);
  stop();
  clock.advance(100);
  expect(heard).toEqual(['app c healthy ejected: 3 failures in a row']);
  expect(() => directory.add(health)).toThrow(
    'The upstream app is watched by another entry of health-check.',
  );
});

test('a backend that is draining counts neither for the shares nor as one that is left', () => {
  const { health, fail, left, said } = start(4, {}, new FakeClock(), 2);
  expect(health.isAllHealthy).toBe(true);
  fail(2);
  fail(3);
  expect([left(), said]).toEqual(['d', ['c ejected']]);
});

test('a listener that fails is reported, and stops neither the others nor the change', () => {
  const { health, fail, left } = start(3);
  const [failures, heard]: [unknown[], string[]] = [[], []];
  const directory = new HealthDirectory((error) => failures.push(error));
  directory.add(health);
  directory.onChange(() => {
    throw new Error('not mine');
  });
  directory.onChange(({ to }) => heard.push(to));
  fail(0);
  expect([left(), heard, failures.length]).toEqual(['bc', ['ejected'], 1]);
});
