import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTraceParent, parseTraceParent } from '../../../../plugins/tracing/traceparent.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

// the cases of W3C's own test suite for Trace Context, by their meaning
test.each([
  ['sampled', `00-${traceId}-${spanId}-01`, 1],
  ['not sampled', `00-${traceId}-${spanId}-00`, 0],
  ['flags that are not defined yet', `00-${traceId}-${spanId}-ff`, 255],
  ['a version to come', `cc-${traceId}-${spanId}-01`, 1],
  ['a version to come with more members', `cc-${traceId}-${spanId}-01-what-the-future-will-be`, 1],
  ['a version to come with an empty member', `cc-${traceId}-${spanId}-01-`, 1],
])('%s is read', (_, text, traceFlags) => {
  expect(parseTraceParent(text)).toEqual({ traceId, spanId, traceFlags });
});

test.each([
  ['nothing', ''],
  ['the forbidden version', `ff-${traceId}-${spanId}-01`],
  ['a version that is not hexadecimal', `.0-${traceId}-${spanId}-01`],
  ['a short version', `0-${traceId}-${spanId}-01`],
  ['more than version 00 has', `00-${traceId}-${spanId}-01-what`],
  ['a dash behind version 00', `00-${traceId}-${spanId}-01-`],
  ['flags of a version to come without a dash behind', `cc-${traceId}-${spanId}-01.what`],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
  ['a span of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
  ['upper case in the trace', `00-${traceId.toUpperCase()}-${spanId}-01`],
  ['upper case in the span', `00-${traceId}-${spanId.toUpperCase()}-01`],
  ['upper case in the flags', `00-${traceId}-${spanId}-0A`],
  ['a short trace', `00-${traceId.slice(1)}-${spanId}-01`],
  ['a long trace', `00-${traceId}0-${spanId}-01`],
  ['a short span', `00-${traceId}-${spanId.slice(1)}-01`],
  ['a long span', `00-${traceId}-${spanId}0-01`],
  ['short flags', `00-${traceId}-${spanId}-1`],
  ['letters that are not hexadecimal', `00-${traceId.replace('4', 'g')}-${spanId}-01`],
  ['other separators', `00_${traceId}_${spanId}_01`],
  ['blanks around', ` 00-${traceId}-${spanId}-01 `],
  ['a line break behind', `00-${traceId}-${spanId}-01\n`],
  ['two in one field', `00-${traceId}-${spanId}-01,00-${traceId}-${spanId}-01`],
])('%s is malformed', (_, text) => {
  expect(parseTraceParent(text)).toBeUndefined();
});

const hex = (length: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((text) => !/^0+$/.test(text));

test('what is written is read again, with the flags that version 00 has', () => {
  fc.assert(
    fc.property(hex(32), hex(16), fc.nat(255), (trace, span, traceFlags) => {
      const text = formatTraceParent({ traceId: trace, spanId: span, traceFlags });
      expect(text).toHaveLength(55);
      expect(parseTraceParent(text)).toEqual({ traceId: trace, spanId: span, traceFlags: traceFlags & 1 });
    }),
  );
});

test('one changed character never gives the identity of another span by accident', () => {
  const good = `00-${traceId}-${spanId}-01`;
  fc.assert(
    fc.property(fc.nat(54), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
      const text = good.slice(0, at) + character + good.slice(at + 1);
      const parsed = parseTraceParent(text);
      if (parsed === undefined) return;
      const [, trace, span, flags] = text.split('-');
      expect(parsed).toEqual({ traceId: trace, spanId: span, traceFlags: Number.parseInt(flags!, 16) });
    }),
  );
});
