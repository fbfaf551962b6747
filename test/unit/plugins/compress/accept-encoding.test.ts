import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createNegotiation, preferredCoding } from '../../../../plugins/compress/accept-encoding.ts';

const codings = ['br', 'gzip'] as const;

test.each([
  ['gzip', 'gzip'],
  ['gzip, deflate, br, zstd', 'br'],
  ['GZIP', 'gzip'],
  ['x-gzip', 'gzip'],
  ['gzip;q=1.0, br;q=0.9', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['br ; q=0.5 , gzip ; q=0.4', 'br'],
  ['*', 'br'],
  ['br;q=0, *', 'gzip'],
  ['gzip, identity', 'gzip'],
  ['gzip;q=0.5, identity;q=0.5', 'gzip'],
  ['identity;q=0, gzip;q=0.1', 'gzip'],
  ['gzip;q=0.001', 'gzip'],
  ['gzip;level=1;q=0.5', 'gzip'],
])('%j gets %s', (header, coding) => {
  expect(preferredCoding(header, codings)).toBe(coding);
});

test.each([
  undefined,
  '',
  'identity',
  'deflate',
  'gzip;q=0',
  'gzip;q=0, *;q=0',
  'gzip;q =0',
  'gzip ;\tQ=0',
  '*;q=0',
  'gzip;q=0.5, identity',
  'gzip;q=2',
  'gzip;q=-1',
  'gzip;q=nan',
  'gzip;q=',
  'identity;q=0',
  'gzipped',
  ',;,',
])('%j gets none', (header) => {
  expect(preferredCoding(header, codings)).toBeUndefined();
});

test('what was forbidden is never taken, whatever else is said', () => {
  const member = fc.constantFrom('br', 'gzip;q=0.5', '*', 'identity', 'deflate;q=1', '*;q=0.1', 'x;;q', '');
  fc.assert(
    fc.property(fc.array(member), fc.array(member), (before, after) => {
      const header = [...before.filter((each) => !each.startsWith('gzip')), 'gzip;q=0', ...after]
        .filter((each, at, all) => !each.startsWith('gzip') || at === all.indexOf('gzip;q=0'))
        .join(',');
      expect(preferredCoding(header, ['gzip'])).toBeUndefined();
    }),
  );
});

test('an answer that is remembered is the same', () => {
  const negotiate = createNegotiation(codings);
  for (let i = 0; i < 600; i++) {
    expect(negotiate(`gzip, x-${i}`)).toBe('gzip');
    expect(negotiate(undefined)).toBeUndefined();
    expect(negotiate('br')).toBe('br');
  }
});
