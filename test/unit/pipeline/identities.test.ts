import { describe, expect, test } from 'vitest';
import { type IdentifiedEntry, identify } from '../../../core/pipeline/identities.ts';
import { definePlugin, named, only, type PluginEntry } from '../../../core/pipeline/plugin.ts';

const limit = definePlugin({ name: 'limit', setup() {} }) as (options?: unknown) => PluginEntry;
const log = definePlugin({ name: 'log', setup() {} }) as (options?: unknown) => PluginEntry;
const on = (route: string, entry: PluginEntry): PluginEntry => only({ routes: [route] }, entry)[0]!;

/** For each entry the place of the one that it continues, undefined for a new one. */
function continued(before: readonly PluginEntry[], after: readonly PluginEntry[]): (number | undefined)[] {
  const previous = identify(before, []);
  return identify(after, previous).map(({ identity }) => placeOf(previous, identity));
}

function placeOf(entries: readonly IdentifiedEntry[], wanted: string): number | undefined {
  const place = entries.findIndex(({ identity }) => identity === wanted);
  return place < 0 ? undefined : place;
}

const [a, b, c] = [limit({ max: 1 }), limit({ max: 2 }), limit({ max: 3 })];

describe('without names, an entry continues', () => {
  test.each<[what: string, before: PluginEntry[], after: PluginEntry[], places: (number | undefined)[]]>([
    ['itself', [a, b], [a, b], [0, 1]],
    ['itself, with another before it', [a, b], [c, a, b], [undefined, 0, 1]],
    ['itself, with one of other routes and the same options before it', [a], [on('x', a), a], [undefined, 0]],
    ['itself, when one before it is gone', [a, b], [b], [1]],
    ['itself, when the order is another', [a, b, c], [c, a, b], [2, 0, 1]],
    ['the one of its routes when options change', [on('x', a), on('y', a)], [on('y', b), on('x', c)], [1, 0]],
    ['the one of its options when routes change', [on('x', a), on('x', b)], [on('y', b), on('z', a)], [1, 0]],
    ['the first of equal ones first', [a, a, a], [a, a], [0, 1]],
    ['none, when both options and routes are others', [on('x', a)], [on('y', b)], [undefined]],
    ['none of another plugin', [log({ max: 1 })], [a], [undefined]],
    ['none with a name', [named('n', a)], [a], [undefined]],
  ])('%s', (_what, before, after, places) => {
    expect(continued(before, after)).toEqual(places);
  });

  test('the one whose functions and expressions have the same text', () => {
    const of = (key: unknown): PluginEntry => limit({ key });
    const load = (): PluginEntry[] => [of((x: string) => x), of((x: string) => [x]), of(/a/), of(/b/)];
    expect(continued(load(), load().reverse())).toEqual([3, 2, 1, 0]);
  });

  test('the one of its routes when its options cannot be written', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const [x, y] = [on('x', limit(circular)), on('y', limit({ n: 1n }))];
    expect(continued([x, y], [y, x])).toEqual([1, 0]);
  });
});

describe('with a name, an entry continues', () => {
  test('the one of that name, whatever else it says', () => {
    expect(continued([named('n', a), named('m', b)], [on('x', named('m', a)), c, named('n', c)])).toEqual([
      1,
      undefined,
      0,
    ]);
  });

  test('none without one, and none of another plugin', () => {
    expect(continued([a, named('n', log())], [named('n', a)])).toEqual([undefined]);
  });
});

test('identities are unique, also of equal entries and of new ones that are as others were', () => {
  const first = identify([a, a], []);
  const second = identify([b, b, a, a, a], identify([b, b], first));
  expect(new Set(second.map(({ identity }) => identity)).size).toBe(5);
  expect(identify([b], first)[0]!.identity).toBe(first[0]!.identity);
});

test('an entry that comes back has the identity that it had', () => {
  const first = identify([a, b], []);
  const without = identify([b], first);
  expect(identify([a, b], without)).toEqual(first);
});
