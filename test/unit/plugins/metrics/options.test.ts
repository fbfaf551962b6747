import { expect, test } from 'vitest';
import { options } from '../../../../plugins/metrics/options.ts';

const complaintsOf = (given: object): string[] =>
  options.safeParse(given).error?.issues.map(({ path, message }) => [...path, message].join(' ')) ?? [];

test.each([
  {},
  { mount: '/metrics' },
  {
    mount: '/-/metrics',
    allow: ['loopback', '10.0.0.0/8', '2001:db8::1'],
    token: 'abcDEF0123456789-._~+/==',
  },
  { bucketsMs: [0.5, 1, 3_600_000], processMetrics: false },
])('%j is taken', (given) => {
  expect(complaintsOf(given)).toEqual([]);
});

test.each([
  [{ mount: 'metrics' }, 'mount must be a path like "/metrics"'],
  [{ mount: '/' }, 'mount must be a path like "/metrics"'],
  [{ mount: '/metrics/' }, 'mount must be a path like "/metrics"'],
  [{ mount: '//metrics' }, 'mount must be a path like "/metrics"'],
  [{ mount: '/a?b' }, 'mount must be a path like "/metrics"'],
  [{ mount: '/%6d' }, 'mount must be a path like "/metrics"'],
  [{ mount: '/m', allow: [] }, 'allow needs an entry'],
  [
    { mount: '/m', allow: ['localhost'] },
    'allow 0 "localhost" is not an address, a CIDR block, "loopback" or "private"',
  ],
  [{ mount: '/m', token: 'short' }, 'token must be 16 or more letters, digits or -._~+/'],
  [{ mount: '/m', token: 'with blanks in it' }, 'token must be 16 or more letters, digits or -._~+/'],
  [{ allow: ['private'] }, '"allow" and "token" are for a "mount"'],
  [{ token: 'abcDEF0123456789' }, '"allow" and "token" are for a "mount"'],
  [{ bucketsMs: [] }, 'bucketsMs needs a bound'],
  [{ bucketsMs: [5, 5] }, 'bucketsMs must rise from bound to bound'],
  [{ bucketsMs: [5, 1] }, 'bucketsMs must rise from bound to bound'],
])('%j is refused', (given, complaint) => {
  expect(complaintsOf(given)).toEqual([complaint]);
});

test('a path that no request can have is refused', () => {
  expect(complaintsOf({ mount: '/a/../metrics' })).toHaveLength(1);
});
