import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LeastRequests } from '../../../../plugins/load-balance/least-requests.ts';
import { ownWeight } from '../../../../plugins/load-balance/weights.ts';
import { countsOf, scripted, seeded, type Server, serversOf } from './servers.ts';

function loaded(weights: readonly number[], active: readonly number[]): Server[] {
  const servers = serversOf(...weights);
  for (const [index, server] of servers.entries()) server.activeAttempts = active[index]!;
  return servers;
}

test.each([
  [[1, 1, 1], [2, 1, 3], 'b'],
  [[1, 1, 1], [0, 1, 1], 'a'],
  [[4, 1], [3, 1], 'a'],
  [[4, 1], [5, 1], 'b'],
  [[1, 100], [0, 1], 'a'],
])('of weights %j with %j running, %s is next', (weights, active, expected) => {
  const servers = loaded(weights, active);
  expect(new LeastRequests(ownWeight, scripted()).pick(servers).name).toBe(expected);
});

test('among equals any is taken, as often as its weight says', () => {
  const idle = serversOf(3, 1, 2);
  const policy = new LeastRequests(ownWeight, seeded(1));
  const counts = countsOf(Array.from({ length: 60_000 }, () => policy.pick(idle).name));
  expect(counts['a']! / 30_000).toBeCloseTo(1, 1);
  expect(counts['b']! / 10_000).toBeCloseTo(1, 1);
  expect(counts['c']! / 20_000).toBeCloseTo(1, 1);
});

test('whatever the weights, what runs is shared by them, to within one request', () => {
  const someWeights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(someWeights, fc.integer({ min: 1, max: 200 }), (weights, requests) => {
      const servers = serversOf(...weights);
      const policy = new LeastRequests<Server>(ownWeight, seeded(requests));
      for (let i = 0; i < requests; i++) policy.pick(servers).activeAttempts++;
      const least = Math.min(...servers.map(({ activeAttempts, weight }) => activeAttempts / weight));
      for (const { activeAttempts, weight } of servers) {
        expect((activeAttempts - 1) / weight).toBeLessThanOrEqual(least);
      }
    }),
  );
});
