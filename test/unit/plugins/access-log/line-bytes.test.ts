import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apache, json } from '../../../../plugins/access-log/escape.ts';
import { LineBytes } from '../../../../plugins/access-log/line-bytes.ts';

function written(write: (line: LineBytes) => void): string {
  const line = new LineBytes(1);
  write(line);
  return line.bytes.toString('latin1', 0, line.length);
}

const jsonOf = (text: string): string => written((line) => line.text(text, json));
const apacheOf = (text: string): string => written((line) => line.text(text, apache()));

const printable = /^[\x20-\x7e]*$/;
const anyText = fc.string({
  unit: fc.constantFrom('a', '"', '\\', '\n', '\x7f', '\xe9', '\u0141', '\ud83d'),
  maxLength: 80,
});
const plainText = fc.string({ minLength: 30, maxLength: 60 });

test('any text is read back from its JSON, which is one line of printable ASCII', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, plainText), (text) => {
      expect(jsonOf(text)).toMatch(printable);
      expect(JSON.parse(`"${jsonOf(text)}"`)).toBe(text);
    }),
  );
});

test.each([
  ['a"b', 'a\\"b', 'a\\"b'],
  ['a\\b', 'a\\\\b', 'a\\\\b'],
  ['a\nb\r\0', 'a\\u000ab\\u000d\\u0000', 'a\\x0ab\\x0d\\x00'],
  ['\x1b[31m', '\\u001b[31m', '\\x1b[31m'],
  ['\x7f\x9b\xe9', '\\u007f\\u009b\\u00e9', '\\x7f\\x9b\\xe9'],
  ['\u20ac', '\\u20ac', '\\u20ac'],
  ['Mozilla/5.0 (X11) <b> & {}', 'Mozilla/5.0 (X11) <b> & {}', 'Mozilla/5.0 (X11) <b> & {}'],
])('%j is %s in JSON and %s as Apache escapes it', (text, asJson, asApache) => {
  expect([jsonOf(text), apacheOf(text)]).toEqual([asJson, asApache]);
});

test('quotes around what Apache escaped cannot be left', () => {
  const unit = fc.constantFrom('a', 'b', '"', '\\', '\n', '\t', '\x7f', '\xff', '\u2028');
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      expect(apacheOf(text)).toMatch(printable);
      expect(`"${apacheOf(text)}"`).toMatch(/^"(?:[^"\\]|\\.)*"$/);
    }),
  );
});

test('any whole number is written as it is', () => {
  fc.assert(
    fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (value) => {
      expect(written((line) => line.whole(value))).toBe(String(value));
    }),
  );
});

test.each([
  [0, '0.000'],
  [0.0004, '0.000'],
  [0.0006, '0.001'],
  [0.9996, '1.000'],
  [1.5, '1.500'],
  [12.3456, '12.346'],
  [86_400_000.007, '86400000.007'],
  [5_000_000_000.5, '5000000000.500'],
])('a duration of %d ms is written %s', (durationMs, expected) => {
  expect(written((line) => line.milliseconds(durationMs))).toBe(expected);
});

test('it grows, and keeps what it has', () => {
  const line = new LineBytes(4);
  for (const text of ['abc', 'defghij', 'k'.repeat(100)]) line.ascii(text);
  expect(line.bytes.toString('latin1', 0, line.length)).toBe(`abcdefghij${'k'.repeat(100)}`);
});
