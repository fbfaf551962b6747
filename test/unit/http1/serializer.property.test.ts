import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRequestHead, parseResponseHead } from '../../../core/http1/head-parser.ts';
import { requestHeadText, responseHeadText } from '../../../core/http1/serializer.ts';
import { FieldList } from '../../../core/message/field-list.ts';
import { CHUNKED, decideBodyLength } from '../../../core/message/framing.ts';

const limits = { maxHeadBytes: 65_536, maxTargetBytes: 1_000, maxFieldCount: 100 };
const runs = { seed: 3, numRuns: 500 };

const characters = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i));
const text = (codes: string[], minLength = 0): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...codes), minLength, maxLength: 12 });

const visible = characters(0x21, 0x7e);
const token = text(
  visible.filter((c) => /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(c)),
  1,
);
const fieldValue = text(['\t', ' ', ...visible, ...characters(0x80, 0xff)]).map((value) =>
  value.replace(/^[\t ]+|[\t ]+$/g, ''),
);
const target = text(visible.filter((c) => !'#\\'.includes(c))).map((path) => `/${path}`);
const pairs = fc.array(fc.tuple(token, fieldValue), { maxLength: 8 });
const bodyLength = fc.oneof(fc.constant(CHUNKED), fc.nat());

/** Only names that a FieldList takes: no framing, nothing hop-by-hop, no date or expectation. */
function listOf(fields: readonly (readonly [string, string])[]): FieldList {
  const list = new FieldList();
  for (const [name, value] of fields) {
    if (/^(host|te|upgrade|connection|keep-alive|date|expect|(content|transfer)_.*)$/i.test(name)) continue;
    list.append(name, value);
  }
  return list;
}

test('a request that was written is read again as it was', () => {
  const property = fc.property(
    token,
    target,
    pairs,
    bodyLength,
    fc.boolean(),
    (method, path, fields, length, expectsContinue) => {
      const list = listOf(fields);
      const written = requestHeadText({
        method,
        target: path,
        authority: 'x:1',
        fields: list,
        bodyLength: length,
        expectsContinue,
        acceptsTrailers: expectsContinue,
        upgrade: undefined,
      });
      const { head, end } = parseRequestHead(written, 0, limits);
      expect(end).toBe(written.length);
      expect(head).toMatchObject({ method, target: path, minorVersion: 1 });
      expect([...head.fields]).toEqual([...list]);
      expect(head.facts).toMatchObject({ host: 'x:1', expectsContinue });
      expect(decideBodyLength(head.facts, 1, method, 0)).toBe(length);
    },
  );
  fc.assert(property, runs);
});

test('a response that was written is read again as it was', () => {
  const property = fc.property(
    fc.integer({ min: 200, max: 999 }),
    fieldValue,
    pairs,
    bodyLength,
    (status, reason, fields, length) => {
      const list = listOf(fields);
      const response = {
        status,
        reason,
        fields: list,
        bodyLength: length,
        declaredLength: undefined,
        hasDate: true,
        upgrade: undefined,
      };
      const written = responseHeadText(response, length, 'close');
      const { head, end } = parseResponseHead(written, 0, limits);
      expect(end).toBe(written.length);
      expect(head).toMatchObject({ status, reason, minorVersion: 1 });
      expect([...head.fields]).toEqual([...list]);
      expect(head.facts.connection).toBe('close');
      if (status !== 204 && status !== 304)
        expect(decideBodyLength(head.facts, 1, 'GET', status)).toBe(length);
    },
  );
  fc.assert(property, runs);
});

test('fields that were read are written again as they were read', () => {
  const property = fc.property(pairs, fc.constantFrom(': ', ':', ':  ', ':\t'), (fields, separator) => {
    const list = listOf(fields);
    const lines = [...list].map((pair) => `${pair.join(separator)}\r\n`).join('');
    const { head } = parseRequestHead(`GET / HTTP/1.1\r\n${lines}\r\n`, 0, limits);
    expect(head.fields.lines).toBe(list.lines);
  });
  fc.assert(property, runs);
});
