import { expect, test } from 'vitest';
import { z } from 'zod';
import { options } from '../../../../plugins/load-balance/options.ts';

const complaintsOf = (input: unknown): string[] =>
  (options.safeParse(input).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

test.each([
  {},
  { policy: 'round-robin' },
  { policy: 'random', slowStartMs: 30_000 },
  { policy: 'least-requests' },
  { policy: 'peak-ewma', decayMs: 5_000 },
  { policy: 'ring-hash' },
  { policy: 'ring-hash', hash: { by: { header: 'x-user' }, maxLoad: 2 } },
  { policy: 'ring-hash', hash: { maxLoad: false } },
  { policy: 'maglev', hash: { by: { cookie: 'session' } } },
  { policy: 'maglev', hash: { by: 'path' } },
  { policy: 'maglev', hash: { by: () => 'key' } },
])('takes %j', (input) => {
  expect(complaintsOf(input)).toEqual([]);
});

test('without options it is power-of-two', () => {
  expect(options.parse({})).toEqual({ policy: 'power-of-two', slowStartMs: 0 });
});

const notKeySource =
  'hash.by: must be "client-address", "path", { header: "name" }, { cookie: "name" } or, in TypeScript, a function';
const notField = 'hash.by.header: must be the name of a header field that plugins see';
const notMaxLoad = 'hash.maxLoad: must be a number above 1 and up to 100, or false';

test.each([
  [
    { policy: 'fastest' },
    'policy: Invalid option: expected one of "round-robin"|"random"|"least-requests"|"power-of-two"|"peak-ewma"|"ring-hash"|"maglev"',
  ],
  [{ hash: {} }, 'hash: is for the policies ring-hash and maglev, not for power-of-two'],
  [{ policy: 'maglev', hash: { maxLoad: 2 } }, 'hash.maxLoad: is for the policy ring-hash, not for maglev'],
  [{ policy: 'random', decayMs: 1 }, 'decayMs: is for the policy peak-ewma, not for random'],
  [{ policy: 'peak-ewma', decayMs: 0 }, 'decayMs: Too small: expected number to be >0'],
  [{ slowStartMs: -1 }, 'slowStartMs: Too small: expected number to be >=0'],
  [{ policy: 'ring-hash', hash: { maxLoad: 1 } }, notMaxLoad],
  [{ policy: 'ring-hash', hash: { maxLoad: true } }, notMaxLoad],
  [{ policy: 'maglev', hash: { by: 'cookie' } }, notKeySource],
  [{ policy: 'maglev', hash: { by: { header: 'x user' } } }, notField],
  [{ policy: 'maglev', hash: { by: { cookie: 'a b' } } }, 'hash.by.cookie: must be the name of a cookie'],
  [{ policy: 'maglev', hash: { by: { header: 'x-user', cookie: 'a' } } }, notKeySource],
  [{ policy: 'maglev', hash: { by: { header: 'Host' } } }, notField],
])('refuses %j', (input, complaint) => {
  expect(complaintsOf(input)).toEqual([complaint]);
});

test('editors learn that a function cannot stand in JSON', () => {
  const schema = JSON.stringify(z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }));
  expect(schema).toContain('{"not":{}}');
});
