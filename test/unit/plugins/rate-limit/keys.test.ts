import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClientKeys } from '../../../../plugins/rate-limit/client-keys.ts';
import { cookieIn } from '../../../../plugins/rate-limit/cookie.ts';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2::1', '2001:db8:1:2/64'],
  ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2/64'],
  ['2001:db8:1:3::1', '2001:db8:1:3/64'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['fe80::1%eth0', 'fe80:0:0:0/64'],
  ['::1', '0:0:0:0/64'],
  ['unknown', 'unknown'],
  ['not:an:address', 'not:an:address'],
])('the client at %s is %s', (address, key) => {
  const clients = new ClientKeys(64);
  expect([clients.get(address), clients.get(address)]).toEqual([key, key]);
});

test.each([
  [128, '2001:db8:1:2:3:4:5:6/128'],
  [56, '2001:db8:1:0/56'],
  [48, '2001:db8:1/48'],
  [33, '2001:db8:0/33'],
  [1, '0/1'],
])('with a prefix of %i bits a network is one client', (prefix, key) => {
  expect(new ClientKeys(prefix).get('2001:db8:1:2:3:4:5:6')).toBe(key);
});

test('any number of clients is told apart in bounded memory', () => {
  const clients = new ClientKeys(64);
  for (let i = 0; i < 10_000; i++) {
    expect(clients.get(`2001:db8:${i.toString(16)}::1`)).toBe(`2001:db8:${i.toString(16)}:0/64`);
  }
});

test.each([
  [['a=1; session=xyz; b=2'], 'xyz'],
  [['session=first; session=second'], 'first'],
  [['a=1', 'b=2;session=in-second-field'], 'in-second-field'],
  [['xsession=1; session2=2; Session=3'], undefined],
  [['session='], ''],
  [['a="session=1"'], undefined],
  [[' ;; \tsession=padded ;'], 'padded'],
  [['session'], undefined],
  [[], undefined],
])('in the Cookie fields %j the session is %j', (fields, value) => {
  expect(cookieIn(fields, 'session')).toBe(value);
});

test('a cookie is found among any others', () => {
  const name = fc.stringMatching(/^[a-z]{1,5}$/);
  const value = fc.stringMatching(/^[a-z0-9=]{0,9}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), value, (others, wanted) => {
      const field = [...others, ['the-cookie', wanted]].map((pair) => pair.join('=')).join('; ');
      expect(cookieIn([field], 'the-cookie')).toBe(wanted);
    }),
  );
});
