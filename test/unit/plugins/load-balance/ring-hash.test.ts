import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashText } from '../../../../plugins/load-balance/hash-text.ts';
import { pointsOf, RingHash } from '../../../../plugins/load-balance/ring-hash.ts';
import { countsOf, manyServers, type Server, serversOf } from './servers.ts';

const hashes = Array.from({ length: 20_000 }, (_, i) => hashText(`key ${i}`));
const placesOn = (servers: readonly Server[], candidates = servers): Server[] => {
  const ring = new RingHash(servers, Infinity);
  return hashes.map((hash) => ring.pick(candidates, hash));
};

test('a key always belongs to the same backend, in whatever order the backends are listed', () => {
  const servers = manyServers(7);
  const names = placesOn(servers).map(({ name }) => name);
  expect(placesOn(servers.toReversed()).map(({ name }) => name)).toEqual(names);
});

test.each([2, 3, 10, 50])('%i backends share the keys, none has half as much again', (count) => {
  const counts = Object.values(countsOf(placesOn(manyServers(count)).map(({ name }) => name)));
  expect(counts).toHaveLength(count);
  expect(Math.max(...counts)).toBeLessThan((1.5 * hashes.length) / count);
  expect(Math.min(...counts)).toBeGreaterThan((0.5 * hashes.length) / count);
});

test('weights are the shares of the ring', () => {
  const counts = countsOf(placesOn(serversOf(1, 2, 5)).map(({ name }) => name));
  for (const [name, weight] of Object.entries({ a: 1, b: 2, c: 5 })) {
    expect(Math.abs(counts[name]! / hashes.length - weight / 8)).toBeLessThan(0.05);
  }
});

test('the lightest backend has a place, too', () => {
  const servers = serversOf(1_000_000, 1);
  const ring = new RingHash(servers, Infinity);
  expect(ring.pick(servers.slice(1), 0).name).toBe('b');
});

test('when a backend leaves the configuration, only its keys move', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 12 }), fc.nat(), (count, which) => {
      const servers = manyServers(count);
      const gone = servers[which % count]!;
      const before = placesOn(servers);
      const after = placesOn(servers.filter((each) => each !== gone));
      const moved = before.filter((place, index) => after[index] !== place);
      expect(moved).toEqual(before.filter((place) => place === gone));
    }),
    { numRuns: 10 },
  );
});

test('when a backend is no candidate, its keys go where they go without it, shared by the others', () => {
  const servers = manyServers(5);
  const [gone, ...left] = servers as [Server, ...Server[]];
  const before = placesOn(servers);
  const after = placesOn(servers, left);
  expect(after).toEqual(placesOn(left));
  const moved = after.filter((_, index) => before[index] === gone).map(({ name }) => name);
  expect(Object.keys(countsOf(moved))).toHaveLength(4);
});

test('nobody has more than its bounded share of what runs', () => {
  const maxLoad = fc.double({ min: 1.05, max: 3, noNaN: true });
  const weights = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(maxLoad, weights, fc.integer({ min: 1, max: 300 }), (factor, each, requests) => {
      const servers = serversOf(...each);
      const ring = new RingHash(servers, factor);
      const total = each.reduce((sum, weight) => sum + weight, 0);
      for (let i = 0; i < requests; i++) ring.pick(servers, 4_711).activeAttempts++;
      for (const { activeAttempts, weight } of servers) {
        expect(activeAttempts).toBeLessThanOrEqual(Math.ceil((factor * requests * weight) / total));
      }
    }),
  );
});

test('of those who are left, too, nobody has more than its bounded share', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 8 });
  fc.assert(
    fc.property(weights, fc.nat(), fc.integer({ min: 1, max: 200 }), (each, away, requests) => {
      const servers = serversOf(...each);
      const left = servers.filter((_, index) => index !== away % servers.length);
      const ring = new RingHash(servers, 1.25);
      for (let i = 0; i < requests; i++) ring.pick(left, 4_711).activeAttempts++;
      const total = left.reduce((sum, { weight }) => sum + weight, 0);
      for (const { activeAttempts, weight } of left) {
        expect(activeAttempts).toBeLessThanOrEqual(Math.ceil((1.25 * requests * weight) / total));
      }
    }),
  );
});

test('a key goes on to the same other backend while its own is full', () => {
  const servers = manyServers(5);
  const ring = new RingHash(servers, 1.25);
  const own = ring.pick(servers, 99);
  own.activeAttempts = 10;
  const other = ring.pick(servers, 99);
  expect(other).not.toBe(own);
  expect(new RingHash(servers, 1.25).pick(servers, 99)).toBe(other);
  own.activeAttempts = 0;
  expect(ring.pick(servers, 99)).toBe(own);
});

test('candidates that are not on the ring are taken in their order', () => {
  const foreign = serversOf(1, 1);
  expect(new RingHash(manyServers(3), 1.25).pick(foreign, 5)).toBe(foreign[0]);
});

test('whatever the weights, only the keys of a backend that leaves the configuration move', () => {
  const someWeights = fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(someWeights, fc.nat(), (weights, which) => {
      const servers = serversOf(...weights);
      const gone = servers[which % servers.length]!;
      const before = placesOn(servers);
      const after = placesOn(servers.filter((each) => each !== gone));
      const moved = before.filter((place, index) => after[index] !== place);
      expect(moved).toEqual(before.filter((place) => place === gone));
    }),
    { numRuns: 20 },
  );
});

test.each([[[1_000_000, 500_000, 500_000]], [Array.from({ length: 300 }, () => 1_000)]])(
  'heavy weights make no huge ring',
  (weights) => {
    const points = pointsOf(serversOf(...weights));
    expect(points.length).toBeLessThanOrEqual(Math.max(16_384, 320 * weights.length));
    expect(points.length).toBeGreaterThanOrEqual(160 * weights.length);
  },
);
