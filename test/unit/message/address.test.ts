import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addressOfSocket,
  compareAddresses,
  formatAddress,
  networkOf,
  parseAddress,
} from '../../../core/message/address.ts';

const canonical = (text: string): string | undefined => {
  const address = parseAddress(text);
  return address && formatAddress(address);
};

test.each([
  ['0.0.0.0', '0.0.0.0'],
  ['203.0.113.77', '203.0.113.77'],
  ['255.255.255.255', '255.255.255.255'],
  ['::', '::'],
  ['::1', '::1'],
  ['2001:DB8::1', '2001:db8::1'],
  ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:0201', '192.0.2.1'],
  ['1::', '1::'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
])('%s is read as %s', (text, expected) => {
  expect(canonical(text)).toBe(expected);
});

test.each([
  '',
  'unknown',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.256',
  '1.2.3.04',
  '01.2.3.4',
  '0x7f.0.0.1',
  '1.2.3.4 ',
  '1..2.3',
  '.1.2.3.4',
  '2130706433',
  ':',
  ':::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1::2::3',
  '1:2:3:4:5:6:7:8::',
  '12345::',
  'g::1',
  ':1::2',
  '1::2:',
  '1.2.3.4::1',
  '::1.2.3',
  'fe80::1%eth0',
  '[::1]',
  '1:2:3:4:5:6:7:1.2.3.4',
])('%j is not an address', (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

const almostAddresses = fc.string({
  unit: fc.constantFrom(...Array.from('0123456789abcdefAF:.%[ ')),
  maxLength: 20,
});

test('the same texts are addresses as for Node, zones apart', () => {
  fc.assert(
    fc.property(fc.oneof(almostAddresses, fc.ipV4(), fc.ipV6()), (text) => {
      expect(parseAddress(text) !== undefined).toBe(isIP(text) !== 0 && !text.includes('%'));
    }),
    { numRuns: 5_000 },
  );
});

test('the canonical text of IPv6 is the one in URLs', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const inUrl = new URL(`http://[${text}]/`).hostname.slice(1, -1);
      fc.pre(!inUrl.startsWith('::ffff:'));
      expect(canonical(text)).toBe(inUrl);
    }),
  );
});

test.each([
  ['192.0.2.200', 0, '0.0.0.0'],
  ['192.0.2.200', 1, '128.0.0.0'],
  ['192.0.2.200', 24, '192.0.2.0'],
  ['192.0.2.200', 29, '192.0.2.200'],
  ['192.0.2.200', 32, '192.0.2.200'],
  ['ffff:ffff:ffff:ffff::1', 0, '::'],
  ['ffff:ffff:ffff:ffff::1', 31, 'ffff:fffe::'],
  ['ffff:ffff:ffff:ffff::1', 32, 'ffff:ffff::'],
  ['ffff:ffff:ffff:ffff::1', 33, 'ffff:ffff:8000::'],
  ['ffff:ffff:ffff:ffff::1', 64, 'ffff:ffff:ffff:ffff::'],
  ['ffff:ffff:ffff:ffff::1', 128, 'ffff:ffff:ffff:ffff::1'],
])('the network of %s with %i bits is %s', (text, prefixLength, expected) => {
  expect(formatAddress(networkOf(parseAddress(text)!, prefixLength))).toBe(expected);
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::ffff:1', '::ffff:1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['', ''],
])('of a socket at %j the address is %j', (text, expected) => {
  expect(addressOfSocket(text)).toBe(expected);
});

test('addresses are ordered by number, IPv4 first', () => {
  const texts = ['2.0.0.0', '::1', '10.0.0.0', '1.255.255.255', '200.0.0.0', 'ffff::', '::1:0'];
  const sorted = texts.map((text) => parseAddress(text)!).sort(compareAddresses);
  expect(sorted.map(formatAddress)).toEqual([
    '1.255.255.255',
    '2.0.0.0',
    '10.0.0.0',
    '200.0.0.0',
    '::1',
    '::1:0',
    'ffff::',
  ]);
});
