import { expect, test } from 'vitest';
import { options } from '../../../../plugins/sticky-session/options.ts';

const secret = '0123456789abcdef';
const complaintsOf = (input: unknown): string[] =>
  (options.safeParse(input).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

test.each([
  { secret },
  { secret: [secret, 'fedcba9876543210'] },
  { secret, cookie: 'hw_backend', onFailure: 'redistribute' },
  { secret, cookie: '__Host-backend', secure: true },
  { secret, header: 'X-Session-Backend', onFailure: 'reject' },
  { secret, path: '/app/', domain: 'example.com', maxAgeSeconds: 60, sameSite: 'none', secure: 'auto' },
])('takes %j', (input) => {
  expect(complaintsOf(input)).toEqual([]);
});

test.each([
  [{}, 'secret: must be a secret or a list of secrets'],
  [{ secret: 'too short' }, 'secret: must have at least 16 characters'],
  [{ secret: [] }, 'secret: must have at least one secret'],
  [{ secret: [secret, 'too short'] }, 'secret.1: must have at least 16 characters'],
  [{ secret, typo: 1 }, ': Unrecognized key: "typo"'],
  [{ secret, cookie: 'a b' }, 'cookie: must be the name of a cookie'],
  [{ secret, cookie: 'a', header: 'b' }, 'header: cannot be used together with cookie'],
  [{ secret, header: 'Connection' }, 'header: must be the name of a header field that plugins may set'],
  [{ secret, header: 'x-place', path: '/app' }, 'path: is for the cookie, not for a header field'],
  [{ secret, header: 'x-place', domain: 'example.com' }, 'domain: is for the cookie, not for a header field'],
  [{ secret, header: 'x-place', secure: true }, 'secure: is for the cookie, not for a header field'],
  [{ secret, header: 'x-place', sameSite: 'strict' }, 'sameSite: is for the cookie, not for a header field'],
  [{ secret, domain: '.' }, 'domain: must be a host name, like "example.com"'],
  [{ secret, domain: 'example.com.' }, 'domain: must be a host name, like "example.com"'],
  [{ secret, onFailure: 'fail' }, 'onFailure: Invalid option: expected one of "redistribute"|"reject"'],
  [{ secret, maxAgeSeconds: 0 }, 'maxAgeSeconds: Too small: expected number to be >0'],
  [
    { secret, maxAgeSeconds: 34_560_001 },
    'maxAgeSeconds: must be 400 days at most (34560000), more is cut by browsers',
  ],
  [{ secret, path: '/a; Secure' }, 'path: must begin with "/" and have no blanks and semicolons'],
  [{ secret, path: 'app' }, 'path: must begin with "/" and have no blanks and semicolons'],
  [{ secret, domain: 'a; b' }, 'domain: must be a host name, like "example.com"'],
  [{ secret, secure: 'yes' }, 'secure: must be true, false or "auto"'],
  [{ secret, sameSite: 'none', secure: false }, 'sameSite: none needs secure: true or "auto"'],
  [{ secret, cookie: '__Secure-a' }, 'cookie: __Secure-a needs secure: true'],
  [
    { secret, cookie: '__Host-a', secure: true, path: '/app' },
    'cookie: __Host-a needs the path "/" and no domain',
  ],
])('refuses %j', (input, complaint) => {
  expect(complaintsOf(input)).toEqual([complaint]);
});
