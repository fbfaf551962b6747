import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonSyntaxError, parseJson } from '../../../config/json-text.ts';

function mistakeIn(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return `${error.line}:${error.column} ${error.message}`;
    throw error;
  }
  return 'none';
}

test.each([
  ['{"a": 1,}', '1:9 expected a key in double quotes, found "}"'],
  ['{\n  "a": 1\n  "b": 2\n}', '3:3 expected , or }, found "\\""'],
  ['{"a" 1}', '1:6 expected :, found "1"'],
  ['[1, 2', '1:6 expected , or ], found the end'],
  ['', '1:1 expected a value, found the end'],
  ['{"a": tru}', '1:7 expected a value, found "t"'],
  ['{"a": 01}', '1:8 expected , or }, found "1"'],
  ["{'a': 1}", '1:2 expected a key in double quotes, found "\'"'],
  ['{"a": 1} // note', '1:10 expected the end of the file, found "/"'],
  ['{"a": "x\ny"}', '1:7 expected a value, found "\\""'],
  ['{\n "a": 1,\n "b": 2,\n "a": 3\n}', '4:2 the key "a" is there twice'],
])('%j is refused at its first mistake', (text, mistake) => {
  expect(mistakeIn(text)).toBe(mistake);
});

test('a byte order mark is passed over', () => {
  expect(parseJson('\uFEFF{"a": 1}')).toEqual({ a: 1 });
});

test('the same key may be in two objects', () => {
  expect(parseJson('[{"a": 1}, {"a": {"a": 2}}]')).toEqual([{ a: 1 }, { a: { a: 2 } }]);
});

test('whatever is JSON is parsed', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('whatever is not JSON is refused as a JsonSyntaxError', () => {
  const mutated = fc.tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom('"', '{', ']', ',', ':', '\\', '1', '\n', ''),
  );
  fc.assert(
    fc.property(mutated, ([text, at, inserted]) => {
      const place = at % (text.length + 1);
      const changed = text.slice(0, place) + inserted + text.slice(place + 1);
      const isJson = ((): boolean => {
        try {
          JSON.parse(changed);
          return true;
        } catch {
          return false;
        }
      })();
      if (!isJson) expect(mistakeIn(changed)).not.toBe('none');
    }),
  );
});
