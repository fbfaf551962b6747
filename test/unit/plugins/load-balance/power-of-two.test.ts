import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PowerOfTwo } from '../../../../plugins/load-balance/power-of-two.ts';
import { RandomChoice } from '../../../../plugins/load-balance/random.ts';
import { ownWeight } from '../../../../plugins/load-balance/weights.ts';
import { countsOf, manyServers, scripted, seeded, type Server, serversOf } from './servers.ts';

test('of two that are drawn the less busy one is taken', () => {
  const servers = serversOf(1, 1, 1);
  const [a, b, c] = servers as [Server, Server, Server];
  a.activeAttempts = 2;
  b.activeAttempts = 1;
  c.activeAttempts = 0;
  // a and c, then a and b, then b and a, then c and b
  const policy = new PowerOfTwo(servers, ownWeight, scripted(0, 0, 0, 0.9, 0.5, 0, 0.99, 0.5));
  expect(policy.pick(servers)).toBe(c);
  expect(policy.pick(servers)).toBe(b);
  expect(policy.pick(servers)).toBe(b);
  expect(policy.pick(servers)).toBe(c);
});

test('busy is meant for the weight', () => {
  const servers = serversOf(10, 1);
  servers[0]!.activeAttempts = 5;
  servers[1]!.activeAttempts = 1;
  const policy = new PowerOfTwo(servers, ownWeight, seeded(1));
  expect(Array.from({ length: 20 }, () => policy.pick(servers).name).join('')).toBe('a'.repeat(20));
});

test('as long as nobody is busy, the weights decide', () => {
  const servers = serversOf(3, 1);
  const policy = new PowerOfTwo(servers, ownWeight, seeded(7));
  const counts = countsOf(Array.from({ length: 40_000 }, () => policy.pick(servers).name));
  expect(counts['a']! / counts['b']!).toBeCloseTo(3, 0);
});

test('the busiest of all is never taken, whichever two are drawn', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 20 }), fc.integer(), (count, seed) => {
      const servers = manyServers(count);
      servers[count - 1]!.activeAttempts = 1;
      const policy = new PowerOfTwo(servers, ownWeight, seeded(seed));
      for (let i = 0; i < 20; i++) expect(policy.pick(servers)).not.toBe(servers[count - 1]);
    }),
  );
});

test('what runs is far more even than with one random choice', () => {
  const busiest = (policy: { pick(servers: readonly Server[]): Server }, servers: Server[]): number => {
    for (let i = 0; i < 10_000; i++) policy.pick(servers).activeAttempts++;
    return Math.max(...servers.map(({ activeAttempts }) => activeAttempts));
  };
  const [some, others] = [manyServers(100), manyServers(100)];
  expect(busiest(new PowerOfTwo(some, ownWeight, seeded(3)), some)).toBeLessThanOrEqual(105);
  expect(busiest(new RandomChoice(others, ownWeight, seeded(3)), others)).toBeGreaterThan(115);
});

test('with weights what runs is shared by them', () => {
  const servers = serversOf(5, 3, 2);
  const policy = new PowerOfTwo(servers, ownWeight, seeded(5));
  for (let i = 0; i < 1_000; i++) policy.pick(servers).activeAttempts++;
  for (const { activeAttempts, weight } of servers) {
    expect(Math.abs(activeAttempts - weight * 100)).toBeLessThan(10);
  }
});
