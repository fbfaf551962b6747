import { expect, test } from 'vitest';
import { FakeClock } from 'hookway/testing';
import { hashText } from '../../../../plugins/load-balance/hash-text.ts';
import { Maglev } from '../../../../plugins/load-balance/maglev.ts';
import { RingHash } from '../../../../plugins/load-balance/ring-hash.ts';
import { awayAfterMs, firstShare, SlowStart } from '../../../../plugins/load-balance/slow-start.ts';
import { retaining, type Server, serversOf } from './servers.ts';

const slowStartMs = 10_000;

function start(...weights: number[]) {
  const clock = new FakeClock();
  const servers = serversOf(...weights);
  const retain = retaining();
  const slowStart = new SlowStart(servers, slowStartMs, clock.now, retain);
  const [a, b] = servers as [Server, Server];
  /** Exchanges come all the time, and these are their candidates. */
  const runFor = (ms: number, candidates: readonly Server[]): void => {
    for (let passed = 0; passed < ms; passed += 500) {
      slowStart.see(candidates);
      clock.advance(500);
    }
    slowStart.see(candidates);
  };
  return { clock, servers, retain, slowStart, runFor, a, b };
}

test('backends that are all new have their weights in proportion', () => {
  const { servers, slowStart, runFor } = start(4, 2);
  runFor(0, servers);
  expect(servers.map(slowStart.weightOf)).toEqual([4 * firstShare, 2 * firstShare]);
  runFor(slowStartMs / 2, servers);
  expect(servers.map(slowStart.weightOf)).toEqual([2, 1]);
  runFor(slowStartMs, servers);
  expect(servers.map(slowStart.weightOf)).toEqual([4, 2]);
});

test('a backend that was away gets from a tenth to all of its weight', () => {
  const { servers, slowStart, runFor, a, b } = start(1, 8);
  runFor(slowStartMs, servers);
  runFor(5_000, [a]);
  const weights = [0, 500, 500, 4_000, 5_000, 10_000].map((ms) => {
    runFor(ms, servers);
    return slowStart.weightOf(b);
  });
  expect(weights).toEqual([0.8, 0.8, 0.8, 4, 8, 8]);
  expect(slowStart.weightOf(a)).toBe(1);
});

test('a backend that single exchanges leave out has not been away', () => {
  const { servers, slowStart, runFor, a, b } = start(1, 1);
  runFor(slowStartMs, servers);
  for (let i = 0; i < 10; i++) {
    runFor(awayAfterMs - 500, [a]);
    runFor(0, servers);
  }
  expect(slowStart.weightOf(b)).toBe(1);
});

test('a time without any exchange does not count as away', () => {
  const { clock, servers, slowStart, runFor, a, b } = start(1, 1);
  runFor(slowStartMs, servers);
  slowStart.see([a]);
  clock.advance(3_600_000);
  slowStart.see(servers);
  expect(servers.map(slowStart.weightOf)).toEqual([1, 1]);
  expect(slowStart.weightOf(b)).toBe(1);
});

test('a new configuration does not make known backends new', () => {
  const { clock, servers, retain, runFor } = start(1, 1);
  runFor(slowStartMs, servers);
  const reloaded = serversOf(1, 1, 1);
  const next = new SlowStart(reloaded, slowStartMs, clock.now, retain);
  next.see(reloaded);
  expect(reloaded.map(next.weightOf)).toEqual([1, 1, firstShare]);
});

test('a backend of another upstream has its own weight', () => {
  const { slowStart } = start(1, 1);
  const foreign = serversOf(1, 1, 7);
  slowStart.see(foreign);
  expect(slowStart.weightOf(foreign[2]!)).toBe(7);
});

const policies = {
  'ring-hash': (servers: Server[], slowStart: SlowStart<Server>) =>
    new RingHash(servers, Infinity, slowStart),
  maglev: (servers: Server[], slowStart: SlowStart<Server>) => new Maglev(servers, slowStart),
};

test.each(Object.entries(policies))('with %s, keys come back one after the other', (_name, create) => {
  const { servers, slowStart, runFor, a } = start(1, 1, 1);
  const policy = create(servers, slowStart);
  const hashes = Array.from({ length: 20_000 }, (__, i) => hashText(`key ${i}`));
  const placesAmong = (candidates: readonly Server[]): Server[] =>
    hashes.map((hash) => policy.pick(candidates, hash));
  runFor(slowStartMs, servers);
  const full = placesAmong(servers);
  const without = servers.slice(1);
  runFor(5_000, without);
  const away = placesAmong(without);
  const owned = full.filter((place) => place === a).length;
  let before = away;
  for (const [afterMs, share] of [
    [0, 0.1],
    [5_000, 0.5],
    [3_000, 0.8],
  ] as const) {
    runFor(afterMs, servers);
    const now = placesAmong(servers);
    expect(now.filter((place) => place === a).length / owned).toBeCloseTo(share, 1);
    expect(now.every((place, index) => place === a || place === away[index])).toBe(true);
    expect(now.every((place, index) => place === a || before[index] !== a)).toBe(true);
    before = now;
  }
  runFor(slowStartMs, servers);
  expect(placesAmong(servers)).toEqual(full);
});
