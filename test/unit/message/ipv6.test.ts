import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { readIPv6 } from '../../../core/message/ipv6.ts';

test.each([
  ['::', [0, 0, 0, 0, 0, 0, 0, 0]],
  ['::1', [0, 0, 0, 0, 0, 0, 0, 1]],
  ['1::', [1, 0, 0, 0, 0, 0, 0, 0]],
  ['2001:DB8::a:0', [0x2001, 0xdb8, 0, 0, 0, 0, 0xa, 0]],
  ['1:2:3:4:5:6:7:8', [1, 2, 3, 4, 5, 6, 7, 8]],
  ['1:2:3:4:5:6:7::', [1, 2, 3, 4, 5, 6, 7, 0]],
  ['::ffff:1.2.3.4', [0, 0, 0, 0, 0, 0xffff, 0x102, 0x304]],
  ['::1.2.3.4', [0, 0, 0, 0, 0, 0, 0x102, 0x304]],
  ['1:2:3:4:5:6:255.0.0.1', [1, 2, 3, 4, 5, 6, 0xff00, 1]],
])('%s has the groups %j', (text, groups) => {
  expect(readIPv6(text)).toEqual(groups);
});

test('with any address of the kind it agrees with another reader', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      fc.pre(!text.includes('.')); // the other one takes ::1.2.3.4 for ::ffff:1.2.3.4
      expect(readIPv6(text)).toEqual(ipaddr.IPv6.parse(text).parts);
    }),
  );
});

test('of any text it takes for an address what Node.js does', () => {
  const piece = fc.constantFrom(
    ':',
    '::',
    '0',
    '1',
    'ffff',
    'Abc',
    '12345',
    'g',
    '.',
    '1.2.3.4',
    '256',
    ' ',
    '%',
  );
  const text = fc.array(piece, { maxLength: 17 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, (each) => {
      fc.pre(!each.includes('%'));
      expect(readIPv6(each) !== undefined).toBe(isIPv6(each));
    }),
    { numRuns: 5_000 },
  );
  for (const each of ['::%eth0', '%', '1::2%']) expect(readIPv6(each)).toBeUndefined();
});
