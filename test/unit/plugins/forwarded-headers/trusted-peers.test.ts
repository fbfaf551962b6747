import { BlockList } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress } from '../../../../core/index.ts';
import { TrustedPeers } from '../../../../plugins/forwarded-headers/trusted-peers.ts';

const trusts = (entries: readonly string[], text: string): boolean =>
  new TrustedPeers(entries).has(parseAddress(text)!);

test('nobody is trusted without entries', () => {
  expect(trusts([], '127.0.0.1')).toBe(false);
});

test.each([
  ['192.0.2.1', '192.0.2.1', true],
  ['192.0.2.1', '192.0.2.2', false],
  ['10.0.0.0/8', '10.255.255.255', true],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['10.0.0.0/8', '9.255.255.255', false],
  ['10.0.0.0/8', '::ffff:10.1.2.3', true],
  ['0.0.0.0/0', '255.255.255.255', true],
  ['0.0.0.0/0', '::1', false],
  ['::/0', '2001:db8::1', true],
  ['::/0', '192.0.2.1', false],
  ['2001:db8::/33', '2001:db8:7fff:ffff::', true],
  ['2001:db8::/33', '2001:db8:8000::', false],
  ['::ffff:10.0.0.0/104', '10.9.9.9', true],
  ['::ffff:10.0.0.0/104', '11.0.0.0', false],
  ['loopback', '127.9.9.9', true],
  ['loopback', '::1', true],
  ['loopback', '::2', false],
  ['private', '10.1.2.3', true],
  ['private', '172.31.255.255', true],
  ['private', '172.32.0.0', false],
  ['private', '192.168.1.1', true],
  ['private', 'fd12::1', true],
  ['private', '127.0.0.1', false],
])('%s for %s: %s', (entry, address, expected) => {
  expect(trusts([entry], address)).toBe(expected);
});

const octet = fc.nat(3).map((value) => value * 60);
const nearIPv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
const group = fc.constantFrom('0', '1', '8000', 'ffff');
const nearIPv6 = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':'));
const isMapped = (text: string): boolean => parseAddress(text)?.isV6 === false && text.includes(':');

test.each([
  ['ipv4', nearIPv4, 32],
  ['ipv6', nearIPv6.filter((text) => !isMapped(text)), 128],
] as const)(
  'any set of %s blocks holds the same addresses as a net.BlockList',
  (family, address, longest) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(address, fc.nat(longest))), fc.array(address), (blocks, addresses) => {
        const list = new BlockList();
        for (const [network, length] of blocks) list.addSubnet(network, length, family);
        const trust = new TrustedPeers(blocks.map(([network, length]) => networkOf(network, length)));
        for (const text of addresses) expect(trust.has(parseAddress(text)!)).toBe(list.check(text, family));
      }),
      { numRuns: 500 },
    );
  },
);

/** The block in the notation that is accepted, taken from the message that refuses another. */
function networkOf(address: string, length: number): string {
  const text = `${address}/${length}`;
  try {
    new TrustedPeers([text]);
    return text;
  } catch (error) {
    return /mean "(.*)"/.exec((error as Error).message)![1]!;
  }
}
