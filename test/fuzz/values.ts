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
  2 ** 31,
  2 ** 53,
  '',
  ' ',
  '\u0000',
  '{',
  '{client.address}{{',
  '{request.header.x}',
  '../../none/such',
  '/',
  '*',
  '5xx',
  'http://',
  'http://a:99999',
  'https://user:pass@[::1',
  '::ffff:1.2.3.4/200',
  '(a+)+$',
  '[',
  'é\r\nX: y',
  'x'.repeat(20_000),
  'constructor',
  '__proto__',
  [],
  [[[[]]]],
  [null],
  {},
  { constructor: 1 },
  { toString: null },
  JSON.parse('{"__proto__": {"a": 1}}'),
];

const keys =
  'listeners upstreams routes plugins limits log backends name path upstream constructor __proto__ toString hasOwnProperty length 0'
    .split(' ')
    .concat('', 'a b', '\u0000');

type Tree = Record<string, unknown> | unknown[];
type Place = readonly [owner: Tree, key: string];

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

function placesOf(tree: Tree, found: Place[] = []): Place[] {
  for (const [key, value] of Object.entries(tree)) {
    found.push([tree, key]);
    if (isTree(value)) placesOf(value, found);
  }
  return found;
}

const read = ([owner, key]: Place): unknown => (owner as Record<string, unknown>)[key];

/** Also a member named `__proto__` is one of the object's own. */
function write([owner, key]: Place, value: unknown): void {
  Object.defineProperty(owner, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Any JSON, mostly nonsense. */
export function randomValue(random: Random, depth = 3): unknown {
  const kind = depth === 0 ? 0 : random.below(4);
  if (kind < 2) return structuredClone(random.pick(odd));
  const members = Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1));
  return kind === 2 ? members : objectOf(members.map((value) => [random.pick(keys), value]));
}

function objectOf(entries: readonly (readonly [string, unknown])[]): Tree {
  const object: Tree = {};
  for (const [key, value] of entries) write([object, key], value);
  return object;
}

/** The same as something of another type. */
function retyped(value: unknown, random: Random): unknown {
  if (Array.isArray(value)) return random.below(2) === 0 ? value[0] : objectOf(Object.entries(value));
  if (isTree(value)) return random.below(2) === 0 ? Object.values(value) : JSON.stringify(value);
  if (typeof value === 'number') return random.pick([String(value), -value, value + 0.5, value * 1e9]);
  if (typeof value === 'string') return random.pick([[value], { [value]: value }, value.length, `${value} `]);
  return [value];
}

type Change = (place: Place, random: Random, places: readonly Place[]) => void;

const changes: readonly Change[] = [
  ([owner, key]) => {
    if (Array.isArray(owner)) owner.splice(Number(key), 1);
    else Reflect.deleteProperty(owner, key);
  },
  (place, random) => write(place, structuredClone(random.pick(odd))),
  (place, random) => write(place, retyped(read(place), random)),
  (place, random) => write(place, randomValue(random)),
  // twice, or under another name
  (place, random) => {
    const [owner, key] = place;
    const value = structuredClone(read(place));
    if (Array.isArray(owner)) owner.push(value);
    else write([owner, random.pick([`${key}${random.below(3)}`, ...keys])], value);
  },
  // from elsewhere
  (place, random, places) => write(place, structuredClone(read(random.pick(places)))),
];

const largest = 2_000;

/** A copy with one to three changes. */
export function mutateValue(value: unknown, random: Random): unknown {
  const root = { root: structuredClone(value) };
  for (let times = 1 + random.below(3); times > 0; times--) {
    const places = placesOf(root).slice(0, largest);
    // the root itself is one of them, and is changed seldom enough
    if (places.length > 0) random.pick(changes)(random.pick(places), random, places);
  }
  return root.root;
}
