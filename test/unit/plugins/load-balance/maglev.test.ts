import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashText, mix } from '../../../../plugins/load-balance/hash-text.ts';
import { Maglev } from '../../../../plugins/load-balance/maglev.ts';
import { fillTable, preferenceOf, tableSizeFor } from '../../../../plugins/load-balance/maglev-table.ts';
import { countsOf, manyServers, type Server, serversOf } from './servers.ts';

const size = 65_537;

/** The owners of the slots, by name. */
function tableOf(servers: readonly Server[]): string[] {
  const sorted = servers.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const preferences = sorted.map((server) => preferenceOf(server, size));
  return Array.from(fillTable(preferences, size), (index) => sorted[index]!.name);
}

test('fills the table of the example in the paper', () => {
  const [b0, b1, b2] = [
    { offset: 3, skip: 4, weight: 1 },
    { offset: 0, skip: 2, weight: 1 },
    { offset: 3, skip: 1, weight: 1 },
  ] as const;
  expect([...fillTable([b0, b1, b2], 7)]).toEqual([1, 0, 1, 0, 2, 2, 0]);
  expect([...fillTable([b0, b2], 7)]).toEqual([0, 0, 0, 0, 1, 1, 1]);
});

test('backends of the same weight have the same number of slots, give or take one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), (count) => {
      const slots = Object.values(countsOf(tableOf(manyServers(count))));
      expect(slots).toHaveLength(count);
      expect(Math.max(...slots) - Math.min(...slots)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 15 },
  );
});

test.each([1, 3, 655, 656, 6_000])('with %i backends, slots differ by one percent at most', (count) => {
  expect(tableSizeFor(count)).toBeGreaterThanOrEqual(100 * count);
});

test('weights are the shares of the table', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }), (weights) => {
      const servers = serversOf(...weights);
      const slots = countsOf(tableOf(servers));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (const { name, weight } of servers) {
        expect(Math.abs(slots[name]! - (size * weight) / total)).toBeLessThan(weights.length + 1);
      }
    }),
    { numRuns: 15 },
  );
});

test('the lightest backend has a slot, too', () => {
  const servers = serversOf(1_000_000, 1);
  expect(countsOf(tableOf(servers))['b']).toBeGreaterThanOrEqual(1);
});

// figure 12 of the paper: few slots besides those of the backends that are gone
test.each([
  [5, 0.01],
  [20, 0.01],
  [100, 0.01],
])('when one of %i backends leaves the configuration, few slots of others change', (count, most) => {
  const servers = manyServers(count);
  const gone = servers[count >> 1]!;
  const before = tableOf(servers);
  const after = tableOf(servers.filter((each) => each !== gone));
  const kept = before.filter((name) => name !== gone.name).length;
  const changed = before.filter((name, slot) => name !== gone.name && after[slot] !== name).length;
  expect(changed / kept).toBeLessThan(most);
});

test('a key always belongs to the same backend, in whatever order the backends are listed', () => {
  const servers = manyServers(7);
  const [one, other] = [new Maglev(servers), new Maglev(servers.toReversed())];
  for (let i = 0; i < 1_000; i++) expect(one.pick(servers, mix(i))).toBe(other.pick(servers, mix(i)));
});

test('when backends are no candidates, only their keys move, shared by the others, and come back', () => {
  const servers = manyServers(5);
  const policy = new Maglev(servers);
  fc.assert(
    fc.property(fc.subarray(servers, { minLength: 1 }), (candidates) => {
      const moved: string[] = [];
      for (let i = 0; i < 4_000; i++) {
        const hash = hashText(`key ${i}`);
        const own = policy.pick(servers, hash);
        const now = policy.pick(candidates, hash);
        if (now !== own || !candidates.includes(own)) moved.push(now.name);
        if (now !== own) expect(candidates).not.toContain(own);
      }
      const fair = moved.length / candidates.length;
      const counts = Object.values(countsOf(moved));
      for (const count of counts) expect(Math.abs(count - fair)).toBeLessThan(0.25 * fair + 40);
      if (moved.length > 0) expect(counts).toHaveLength(candidates.length);
    }),
    { numRuns: 20 },
  );
});

test('candidates that are not in the table are taken in their order', () => {
  const foreign = serversOf(1, 1);
  expect(new Maglev(manyServers(3)).pick(foreign, 5)).toBe(foreign[0]);
});
