import { expect, test } from 'vitest';
import { Failures } from '../../../../plugins/admin/failures.ts';

function failing(times: number, ...addresses: string[]) {
  let nowMs = 0;
  const failures = new Failures(() => nowMs);
  for (let i = 0; i < times; i++) failures.note(addresses[i % addresses.length]!);
  return { failures, pass: (ms: number) => (nowMs += ms) };
}

test('the tenth failure in a minute makes a client wait for the rest of it', () => {
  const { failures, pass } = failing(9, '192.0.2.1');
  expect(failures.waitMs('192.0.2.1')).toBe(0);
  pass(20_000);
  expect(failures.note('192.0.2.1')).toBe(10);
  expect(failures.waitMs('192.0.2.1')).toBe(40_000);
  pass(40_000);
  expect(failures.waitMs('192.0.2.1')).toBe(0);
  expect(failures.note('192.0.2.1')).toBe(1);
});

test('other clients do not wait', () => {
  const { failures } = failing(10, '192.0.2.1');
  expect(failures.waitMs('192.0.2.2')).toBe(0);
});

test('an IPv6 network and a mapped IPv4 address are one client each', () => {
  const six = failing(10, '2001:db8::1', '2001:db8::2:0:0:9');
  expect(six.failures.waitMs('2001:db8::3')).toBeGreaterThan(0);
  expect(six.failures.waitMs('2001:db8:0:1::1')).toBe(0);
  const four = failing(10, '::ffff:192.0.2.1', '192.0.2.1');
  expect(four.failures.waitMs('192.0.2.1')).toBeGreaterThan(0);
});

test('a thousand clients are remembered, the one that failed first is forgotten', () => {
  const { failures } = failing(10, '192.0.2.1');
  for (let i = 0; i < 999; i++) failures.note(`10.0.${i >> 8}.${i & 255}`);
  expect(failures.waitMs('192.0.2.1')).toBeGreaterThan(0);
  failures.note('10.1.0.0');
  expect(failures.waitMs('192.0.2.1')).toBe(0);
});
