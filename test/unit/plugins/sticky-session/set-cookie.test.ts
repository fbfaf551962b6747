import { expect, test } from 'vitest';
import { attributesOf } from '../../../../plugins/sticky-session/set-cookie.ts';

test.each([
  [
    { path: '/', domain: undefined, maxAgeSeconds: undefined, sameSite: 'lax' },
    false,
    '; Path=/; HttpOnly; SameSite=Lax',
  ],
  [
    { path: '/app', domain: 'example.com', maxAgeSeconds: 60, sameSite: 'none' },
    true,
    '; Path=/app; Domain=example.com; Max-Age=60; Secure; HttpOnly; SameSite=None',
  ],
  [
    { path: '/', domain: undefined, maxAgeSeconds: undefined, sameSite: 'strict' },
    true,
    '; Path=/; Secure; HttpOnly; SameSite=Strict',
  ],
] as const)('of %j, secure %s', (settings, isSecure, expected) => {
  expect(attributesOf(settings, isSecure)).toBe(expected);
});
