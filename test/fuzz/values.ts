import type { Random } from './random.ts';

/** Values that nobody expects where they stand. */
const odd: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  '',
  ' ',
  '\u0000',
  '{',
  '{client.address}{{',
  '../../etc/passwd',
  'http://',
  'http://a:99999',
  'https://user:pass@[::1',
  '::ffff:1.2.3.4/200',
  '(a+)+$',
  '[',
  'é\r\nX: y',
  'x'.repeat(20_000),
  [],
  [[[[]]]],
  [null],
  {},
  { constructor: 1 },
  JSON.parse('{"__proto__": {"a": 1}}'),
];

type Tree = Record<string, unknown> | unknown[];

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

function placesOf(tree: Tree, found: [Tree, string][] = []): [Tree, string][] {
  for (const [key, value] of Object.entries(tree)) {
    found.push([tree, key]);
    if (isTree(value)) placesOf(value, found);
  }
  return found;
}

/** A copy in which up to three members are other values, gone, or joined by others. */
export function mutateValue<T extends object>(value: T, random: Random): T {
  const copy = structuredClone(value);
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const places = placesOf(copy as Tree);
    if (places.length === 0) return copy;
    const [owner, key] = random.pick(places);
    const members = owner as Record<string, unknown>;
    const what = random.below(4);
    if (what === 0) Reflect.deleteProperty(members, key);
    else if (what === 1) members[`${key}${random.below(3)}`] = random.pick(odd);
    else members[key] = random.pick(odd);
  }
  return copy;
}
