import fc from 'fast-check';
import { expect, test } from 'vitest';
import { combinedText, jsonText } from '../../../../plugins/access-log/escape.ts';

const printable = /^[\x20-\x7e]*$/;
const anyText = fc.string({ unit: 'binary', maxLength: 40 });

test('any text is read back from its JSON, which is one line of printable ASCII', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const written = jsonText(text);
      expect(written).toMatch(printable);
      expect(JSON.parse(`"${written}"`)).toBe(text);
    }),
  );
});

test('text without anything to escape is written as it is', () => {
  expect(jsonText('Mozilla/5.0 (X11; Linux x86_64) <b> & {}')).toBe(
    'Mozilla/5.0 (X11; Linux x86_64) <b> & {}',
  );
});

test.each([
  ['a"b', 'a\\"b', 'a\\"b'],
  ['a\\b', 'a\\\\b', 'a\\\\b'],
  ['a\nb\r\0', 'a\\u000ab\\u000d\\u0000', 'a\\x0ab\\x0d\\x00'],
  ['\x1b[31m', '\\u001b[31m', '\\x1b[31m'],
  ['\x7f\x9b\xe9', '\\u007f\\u009b\\u00e9', '\\x7f\\x9b\\xe9'],
])('%j is %s in JSON and %s in the combined format', (text, json, combined) => {
  expect([jsonText(text), combinedText(text)]).toEqual([json, combined]);
});

test('the combined format cannot be left by a quote or a line end', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', '\n', '\t', '\x7f', '\xff') }),
      (text) => {
        const written = combinedText(text);
        expect(written).toMatch(printable);
        expect(`"${written}"`).toMatch(/^"(?:[^"\\]|\\.)*"$/);
      },
    ),
  );
});

test.each([undefined, ''])('%j is a dash in the combined format', (text) => {
  expect(combinedText(text)).toBe('-');
});
