import { expect, test } from 'vitest';
import { formatAddress } from '../../../core/message/address.ts';
import { parseAddressBlocks } from '../../../core/message/address-block.ts';

test.each([
  ['192.0.2.1', ['192.0.2.1 to 192.0.2.1']],
  ['10.0.0.0/8', ['10.0.0.0 to 10.255.255.255']],
  ['10.128.0.0/9', ['10.128.0.0 to 10.255.255.255']],
  ['0.0.0.0/0', ['0.0.0.0 to 255.255.255.255']],
  ['2001:db8::1', ['2001:db8::1 to 2001:db8::1']],
  ['2001:db8::/33', ['2001:db8:: to 2001:db8:7fff:ffff:ffff:ffff:ffff:ffff']],
  ['2001:db8::/64', ['2001:db8:: to 2001:db8::ffff:ffff:ffff:ffff']],
  ['::/0', [':: to ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff']],
  ['::ffff:10.0.0.0/104', ['10.0.0.0 to 10.255.255.255']],
  ['loopback', ['127.0.0.0 to 127.255.255.255', '::1 to ::1']],
])('%s is %j', (entry, expected) => {
  const blocks = parseAddressBlocks(entry);
  expect(blocks.map(({ first, last }) => `${formatAddress(first)} to ${formatAddress(last)}`)).toEqual(
    expected,
  );
});

test.each([
  '',
  'localhost',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/-1',
  '10/8',
  '::/129',
  '1.2.3.4/8/8',
  'constructor',
])('%j is refused', (entry) => {
  expect(() => parseAddressBlocks(entry)).toThrow(
    `${JSON.stringify(entry)} is not an address, a CIDR block, "loopback" or "private"`,
  );
});

test.each([
  ['10.0.0.5/8', '10.0.0.0/8'],
  ['2001:db8::1/32', '2001:db8::/32'],
])('%s is refused, %s was meant', (entry, meant) => {
  expect(() => parseAddressBlocks(entry)).toThrow(
    `"${entry}" has bits behind its prefix, did you mean "${meant}"?`,
  );
});
