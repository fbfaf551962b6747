import { expect, test } from 'vitest';
import { createAddressCheck, isLoopbackEntry, isLoopbackHost } from '../../../../plugins/admin/addresses.ts';

test.each(['127.0.0.1', '127.255.0.9', '::1', 'localhost', 'LOCALHOST', 'a.b.localhost'])(
  '%s is this machine',
  (host) => expect(isLoopbackHost(host)).toBe(true),
);

test.each(['0.0.0.0', '::', '10.0.0.1', 'localhost.example', 'notlocalhost', '.localhost', '127.1', ''])(
  '%s is not this machine',
  (host) => expect(isLoopbackHost(host)).toBe(false),
);

test.each([
  ['loopback', true],
  ['127.0.0.1', true],
  ['127.1.0.0/16', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['126.0.0.0/7', false],
  ['private', false],
  ['0.0.0.0/0', false],
  ['::/0', false],
])('whether only this machine has addresses of %s: %s', (entry, isLoopback) => {
  expect(isLoopbackEntry(entry)).toBe(isLoopback);
});

test('addresses are found in blocks of their family', () => {
  const isAllowed = createAddressCheck(['10.0.0.0/8', '2001:db8::/32']);
  expect(['10.255.0.1', '::ffff:10.0.0.1', '2001:db8::9'].map(isAllowed)).toEqual([true, true, true]);
  expect(['11.0.0.0', '::a00:1', '2001:db9::', 'x', ''].map(isAllowed)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});
