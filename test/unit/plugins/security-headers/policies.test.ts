import { expect, test } from 'vitest';
import {
  contentSecurityPolicy,
  frameOptions,
  permissionsPolicy,
  strictTransportSecurity,
} from '../../../../plugins/security-headers/policies.ts';

test.each([
  [undefined, undefined, undefined],
  [undefined, 'none' as const, undefined],
  [undefined, ['https://a.example', 'self'], "frame-ancestors https://a.example 'self'"],
  ["default-src 'self';", undefined, "default-src 'self'"],
  ["default-src 'self'", 'same-origin' as const, "default-src 'self'; frame-ancestors 'self'"],
  ["default-src 'self'; frame-ancestors", 'none' as const, "default-src 'self'; frame-ancestors"],
  [{ 'frame-ancestors': [] }, 'same-origin' as const, 'frame-ancestors'],
  [{}, 'same-origin' as const, "frame-ancestors 'self'"],
  [{}, undefined, undefined],
  ['Frame-Ancestors a.example', 'none' as const, 'Frame-Ancestors a.example'],
  [
    {
      'default-src': ['self'],
      'script-src': ['self', 'nonce-x', 'https://b.example'],
      'upgrade-insecure-requests': [],
    },
    'none' as const,
    "default-src 'self'; script-src 'self' 'nonce-x' https://b.example; upgrade-insecure-requests; frame-ancestors 'none'",
  ],
])('the policy %j with frames %j is %j', (policy, frames, text) => {
  expect(contentSecurityPolicy(policy, frames)).toBe(text);
});

test.each([
  ['none' as const, 'DENY'],
  ['same-origin' as const, 'SAMEORIGIN'],
  [['https://a.example'], undefined],
  [undefined, undefined],
])('frames %j are %s to old browsers', (frames, text) => {
  expect(frameOptions(frames)).toBe(text);
});

test.each([
  ['camera=()', 'camera=()'],
  [
    { camera: [], geolocation: ['self', 'https://a.example'] },
    'camera=(), geolocation=(self "https://a.example")',
  ],
  [{ fullscreen: ['*'] }, 'fullscreen=*'],
])('the features %j are %s', (policy, text) => {
  expect(permissionsPolicy(policy)).toBe(text);
});

test('transport security says what is wanted', () => {
  const plain = { maxAgeSeconds: 60, includeSubDomains: false, preload: false };
  expect(strictTransportSecurity(plain)).toBe('max-age=60');
  expect(strictTransportSecurity({ ...plain, includeSubDomains: true, preload: true })).toBe(
    'max-age=60; includeSubDomains; preload',
  );
});
