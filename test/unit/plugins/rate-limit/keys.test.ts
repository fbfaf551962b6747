import { expect, test } from 'vitest';
import { createClientKeys } from '../../../../plugins/rate-limit/client-keys.ts';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
  ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['fe80::1', 'fe80::/64'],
  ['::1', '::/64'],
  ['unknown', 'unknown'],
  ['not:an:address', 'not:an:address'],
])('the client at %s is %s', (address, key) => {
  const keyOf = createClientKeys(64);
  expect([keyOf(address), keyOf(address)]).toEqual([key, key]);
});

test.each([
  [128, '2001:db8:1:2:3:4:5:6/128'],
  [56, '2001:db8:1::/56'],
  [48, '2001:db8:1::/48'],
  [33, '2001:db8::/33'],
  [1, '::/1'],
])('with a prefix of %i bits a network is one client', (prefix, key) => {
  expect(createClientKeys(prefix)('2001:db8:1:2:3:4:5:6')).toBe(key);
});

test('any number of clients is told apart in bounded memory', () => {
  const keyOf = createClientKeys(64);
  for (let i = 1; i <= 10_000; i++) {
    expect(keyOf(`2001:db8:${i.toString(16)}::1`)).toBe(`2001:db8:${i.toString(16)}::/64`);
  }
});
