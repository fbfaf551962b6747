import { BlockList } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressFilter } from '../../../../plugins/ip-filter/address-filter.ts';

test.each([
  ['10.1.2.3', false],
  ['9.255.255.255', true],
  ['11.0.0.0', true],
  ['10.255.255.255', false],
  ['::ffff:10.0.0.1', false],
  ['::ffff:a00:1', false],
  ['::10.0.0.1', true],
  ['2001:db8::1', false],
  ['2001:db9::1', true],
  ['fe80::1', true],
])('with two blocks denied, %s is admitted: %s', (address, isAdmitted) => {
  const filter = new AddressFilter([], ['10.0.0.0/8', '2001:db8::/32']);
  expect([filter.admits(address), filter.admits(address)]).toEqual([isAdmitted, isAdmitted]);
});

test.each([
  '',
  'unknown',
  '10.0.0',
  '010.0.0.1',
  '1.2.3.4.5',
  '256.1.1.1',
  '1::2::3',
  ':',
  '1.2.3.4 ',
  'fe80::1%eth0',
])('what is no address is not admitted: %j', (text) => {
  expect(new AddressFilter([], ['10.0.0.0/8']).admits(text)).toBe(false);
  expect(new AddressFilter(['0.0.0.0/0', '::/0'], []).admits(text)).toBe(false);
});

test('with an allow list all others are refused, of both families', () => {
  const filter = new AddressFilter(['192.0.2.0/24'], []);
  const admitted = ['192.0.2.1', '192.0.3.1', '::1'].map((address) => filter.admits(address));
  expect(admitted).toEqual([true, false, false]);
});

test('the smallest block around an address counts, and of the same one the denial', () => {
  const filter = new AddressFilter(
    ['0.0.0.0/0', '10.1.0.0/16', '10.1.2.3', '192.0.2.0/24'],
    ['10.0.0.0/8', '10.1.2.0/24', '192.0.2.0/24'],
  );
  const addresses = [
    '8.8.8.8',
    '10.9.9.9',
    '10.1.9.9',
    '10.1.2.9',
    '10.1.2.3',
    '192.0.2.1',
    '255.255.255.255',
  ];
  expect(addresses.map((address) => filter.admits(address))).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
    true,
  ]);
});

test('keywords stand for their blocks', () => {
  const filter = new AddressFilter(['loopback', 'private'], []);
  const addresses = ['127.0.0.1', '::1', '172.31.255.255', '172.32.0.0', 'fd00::1', 'fe00::1'];
  expect(addresses.map((address) => filter.admits(address))).toEqual([true, true, true, false, true, false]);
});

const octet = fc.constantFrom(0, 1, 2, 127, 128, 255);
const v4 = fc.tuple(octet, octet, octet, octet);
const group = fc.constantFrom(0, 1, 0x7fff, 0x8000, 0xffff);
const v6 = fc.tuple(group, group, group, group, group, group, group, group);

interface Bits {
  readonly text: string;
  readonly bits: string;
}

const v4Bits = v4.map(
  (octets): Bits => ({
    text: octets.join('.'),
    bits: octets.map((each) => each.toString(2).padStart(8, '0')).join(''),
  }),
);
const v6Bits = v6.map(
  (groups): Bits => ({
    text: groups.map((each) => each.toString(16)).join(':'),
    bits: groups.map((each) => each.toString(2).padStart(16, '0')).join(''),
  }),
);

/** The block of that length around an address. */
function blockAround({ bits }: Bits, length: number): { readonly entry: string; readonly prefix: string } {
  const prefix = bits.slice(0, length);
  const whole = prefix.padEnd(bits.length, '0');
  const isV6 = bits.length === 128;
  const parts = whole.match(isV6 ? /.{16}/g : /.{8}/g)!.map((each) => Number.parseInt(each, 2));
  const address = isV6 ? parts.map((each) => each.toString(16)).join(':') : parts.join('.');
  return { entry: `${address}/${length}`, prefix };
}

test.each([
  ['IPv4', v4Bits, 32],
  ['IPv6', v6Bits, 128],
] as const)('%s addresses are decided as by the longest prefix in a plain search', (_, address, longest) => {
  const rule = fc
    .tuple(address, fc.integer({ min: 0, max: longest }), fc.boolean())
    .map(([around, length, isDenied]) => ({ ...blockAround(around, length), isDenied }));
  fc.assert(
    fc.property(
      fc.array(rule, { maxLength: 12 }),
      fc.array(address, { minLength: 1 }),
      (rules, addresses) => {
        const entries = (isDenied: boolean): string[] =>
          rules.filter((each) => each.isDenied === isDenied).map(({ entry }) => entry);
        const allow = entries(false);
        const filter = new AddressFilter(allow, entries(true));
        for (const { text, bits } of addresses) {
          const around = rules.filter(({ prefix }) => bits.startsWith(prefix));
          const most = Math.max(...around.map(({ prefix }) => prefix.length));
          const innermost = around.filter(({ prefix }) => prefix.length === most);
          const expected =
            innermost.length === 0 ? allow.length === 0 : !innermost.some(({ isDenied }) => isDenied);
          expect(filter.admits(text)).toBe(expected);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a deny list decides as the list of Node.js does', () => {
  const block = fc.tuple(v4Bits, fc.integer({ min: 1, max: 32 }));
  fc.assert(
    fc.property(fc.array(block, { maxLength: 8 }), fc.array(v4Bits), (blocks, addresses) => {
      const list = new BlockList();
      const deny = blocks.map(([around, length]) => blockAround(around, length).entry);
      for (const entry of deny) list.addSubnet(entry.split('/')[0]!, Number(entry.split('/')[1]), 'ipv4');
      const filter = new AddressFilter([], deny);
      for (const { text } of addresses) expect(filter.admits(text)).toBe(!list.check(text, 'ipv4'));
    }),
  );
});
