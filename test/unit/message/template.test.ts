import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinParts, parseTemplate } from '../../../core/message/template.ts';

test.each([
  ['', []],
  ['plain', ['plain']],
  ['{a}', [{ name: 'a' }]],
  ['x{a}y{b.c}', ['x', { name: 'a' }, 'y', { name: 'b.c' }]],
  ['{{', ['{']],
  ['{{a}', ['{a}']],
  ['{{{a}}', ['{', { name: 'a' }, '}']],
  ['}', ['}']],
  ['{}', [{ name: '' }]],
])('%j is read as %j', (text, parts) => {
  expect(parseTemplate(text)).toEqual(parts);
});

test.each(['{', 'a{b', '{{{', '{a{b}'])('%j is refused', (text) => {
  expect(() => parseTemplate(text)).toThrow('a "{" has no "}"; "{{" stands for one "{"');
});

test('any text can be written, with its braces doubled', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const parts = parseTemplate(text.replaceAll('{', '{{'));
      expect(parts).toEqual(text === '' ? [] : [text]);
    }),
  );
});

test('parts are written in their order', () => {
  const read = joinParts<Record<string, string>>(
    parseTemplate('<{a}|{b}|{a}>'),
    (name) => (source) => source[name]!,
  );
  expect(read({ a: '1', b: '2' })).toBe('<1|2|1>');
});
