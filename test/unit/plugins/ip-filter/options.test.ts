import { expect, test } from 'vitest';
import ipFilter from '../../../../plugins/ip-filter/index.ts';

function complaintsAbout(given: unknown): string[] {
  const result = ipFilter.definition.options!.safeParse(given);
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test.each([
  [{ deny: ['10.0.0.0/8'] }],
  [{ allow: ['private', 'loopback', '203.0.113.7', '2001:db8::/32', '::ffff:10.0.0.0/104'], at: 'both' }],
])('%j is accepted', (given) => {
  expect(complaintsAbout(given)).toEqual([]);
});

const notEntry = 'is not an address, a CIDR block, "loopback" or "private"';

test.each([
  [{}, ': needs entries in "allow" or "deny"'],
  [{ deny: ['10.0.0.0/33'] }, `deny.0: "10.0.0.0/33" ${notEntry}`],
  [{ deny: ['10.0.0.0/'] }, `deny.0: "10.0.0.0/" ${notEntry}`],
  [{ deny: ['10.0.0.0/8/8'] }, `deny.0: "10.0.0.0/8/8" ${notEntry}`],
  [{ allow: ['10.0.0'] }, `allow.0: "10.0.0" ${notEntry}`],
  [{ allow: ['example.com'] }, `allow.0: "example.com" ${notEntry}`],
  [{ allow: ['fe80::1%eth0'] }, `allow.0: "fe80::1%eth0" ${notEntry}`],
  [{ allow: ['::ffff:0.0.0.0/90'] }, `allow.0: "::ffff:0.0.0.0/90" ${notEntry}`],
  [{ deny: ['10.0.0.9/8'] }, 'deny.0: "10.0.0.9/8" has bits behind its prefix, did you mean "10.0.0.0/8"?'],
  [
    { deny: ['2001:db8::1/32'] },
    'deny.0: "2001:db8::1/32" has bits behind its prefix, did you mean "2001:db8::/32"?',
  ],
  [
    { deny: ['10.0.0.0/8'], at: 'accept' },
    'at: Invalid option: expected one of "request"|"connection"|"both"',
  ],
])('%j is refused', (given, complaint) => {
  expect(complaintsAbout(given)).toEqual([complaint]);
});
