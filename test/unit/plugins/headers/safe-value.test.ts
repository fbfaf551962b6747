import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFieldValue } from '../../../../core/index.ts';
import { safeValue } from '../../../../plugins/headers/safe-value.ts';

test.each([
  ['plain, "text"; q=1', 'plain, "text"; q=1'],
  ['caf\u00e9\t!', 'caf\u00e9\t!'],
  ['a\r\nSet-Cookie: b', 'a%0D%0ASet-Cookie: b'],
  ['\0\u007f', '%00%7F'],
  ['\u20ac \u{1f600}', '%E2%82%AC %F0%9F%98%80'],
  ['\ud800', '%EF%BF%BD'],
])('%j is sent as %j', (text, sent) => {
  expect(safeValue(text)).toBe(sent);
});

test('whatever comes, the result can be sent', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(isFieldValue(safeValue(text))).toBe(true);
    }),
  );
});

test('what can be sent is sent as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
      expect(safeValue(text)).toBe(text);
    }),
  );
});
