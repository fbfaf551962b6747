import { expect, test } from 'vitest';
import { z } from 'zod';
import { placeOf, problemsOf } from '../../../config/explain.ts';

function wordingOf(schema: z.ZodType, input: unknown): string[] {
  return problemsOf(schema, input).map(({ place, message }) => `${place}: ${message}`);
}

test('a right value has no problems', () => {
  expect(problemsOf(z.strictObject({ a: z.int() }), { a: 1 })).toEqual([]);
});

test.each([
  [[], ''],
  [['routes', 0, 'upstream'], 'routes[0] › upstream'],
  [['upstreams', 'app', 'backends', 1, 'url'], 'upstreams › app › backends[1] › url'],
  [['a', 0, 1], 'a[0][1]'],
  [[3], '[3]'],
])('the path %j is written as %j', (path, place) => {
  expect(placeOf(path)).toBe(place);
});

test('places stand below a given one', () => {
  expect(problemsOf(z.object({ limit: z.int() }), {}, 'plugins[2] rate-limit')).toEqual([
    { place: 'plugins[2] rate-limit › limit', message: 'is missing, expected a number' },
  ]);
});

test.each<[string, z.ZodType, unknown, string]>([
  ['a missing value', z.string(), undefined, 'is missing, expected a string'],
  ['a missing choice', z.enum(['a', 'b']), undefined, 'is missing, expected one of "a", "b"'],
  ['another type', z.string(), 3, 'expected a string, got a number'],
  ['null', z.array(z.string()), null, 'expected a list, got null'],
  ['a list', z.record(z.string(), z.string()), [], 'expected an object, got a list'],
  ['a fraction', z.int(), 1.5, 'expected a whole number, got 1.5'],
  ['NaN', z.int(), Number.NaN, 'expected a number, got NaN'],
  ['Infinity', z.int(), Infinity, 'expected a number, got Infinity'],
  ['a boolean', z.number(), true, 'expected a number, got true'],
  ['no choice', z.enum(['a', 'b']), 'c', 'expected one of "a", "b", got "c"'],
  ['the only choice missed', z.enum(['a']), 'c', 'expected one of "a", got "c"'],
  ['no literal', z.literal(5), 6, 'expected 5, got a number'],
  ['too small a number', z.int().min(1), 0, 'must be at least 1'],
  ['a number that is not positive', z.int().positive(), 0, 'must be more than 0'],
  ['too large a number', z.int().max(9), 10, 'must be at most 9'],
  ['too few elements', z.array(z.string()).min(1), [], 'must have at least 1 element'],
  ['an empty text', z.string().min(1), '', 'must have at least 1 character'],
  ['too long a text', z.string().max(2), 'abc', 'must have at most 2 characters'],
  ['neither kind', z.union([z.string(), z.strictObject({})]), 3, 'expected a string or an object'],
])('%s is named in plain words', (_what, schema, input, message) => {
  expect(wordingOf(schema, input)).toEqual([`: ${message}`]);
});

test('an unknown key comes with the known one that is nearest', () => {
  const schema = z.strictObject({ maxQueued: z.int().optional(), host: z.string().optional() });
  expect(wordingOf(schema, { max_queue: 1 })).toEqual([
    ': unknown key "max_queue", did you mean "maxQueued"?',
  ]);
  expect(wordingOf(schema, { x: 1 })).toEqual([': unknown key "x"']);
});

test('of a value with several kinds, what is wrong with the kind it is', () => {
  const backend = z.strictObject({ url: z.string(), weight: z.int().optional() });
  const schema = z.object({ backends: z.array(z.union([z.string(), backend])) });
  expect(wordingOf(schema, { backends: ['http://a', { url: 1, wieght: 2 }] })).toEqual([
    'backends[1] › url: expected a string, got a number',
    'backends[1]: unknown key "wieght", did you mean "weight"?',
  ]);
});

test('of a value that is of none of several kinds, which kinds it may be', () => {
  const maker = z.custom<() => string>((value) => typeof value === 'function');
  const schema = z.union([z.string(), maker, z.array(z.string())]);
  expect(wordingOf(schema, { a: 1 })).toEqual([': expected a string or a list']);
});

test('the message of the author of a schema wins', () => {
  expect(wordingOf(z.string({ error: 'a name, please' }), 1)).toEqual([': a name, please']);
});

test('everything that is wrong is reported at once', () => {
  const schema = z.strictObject({ a: z.int(), b: z.string(), c: z.boolean() });
  expect(wordingOf(schema, { a: 'x', b: 1, d: 0 })).toHaveLength(4);
});
