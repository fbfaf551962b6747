import { expect, test } from 'vitest';
import securityHeaders from '../../../../plugins/security-headers/index.ts';
import { complaintsOf } from '../headers/complaints.ts';

test.each([
  undefined,
  { hsts: false as const, contentTypeOptions: false, frames: false as const, referrerPolicy: false as const },
  { hsts: { maxAgeSeconds: 31_536_000, includeSubDomains: true, preload: true } },
  { contentSecurityPolicy: "default-src 'self'", permissionsPolicy: { camera: [] }, override: true },
])('%j is taken', async (options) => {
  expect(await complaintsOf(securityHeaders(options))).toEqual([]);
});

test.each([
  [{ typo: 1 }, 'Unrecognized key: "typo"'],
  [{ frames: 'deny' }, 'frames: must be false, "none", "same-origin" or a list of origins'],
  [
    { contentSecurityPolicy: 'a\r\nb' },
    'contentSecurityPolicy: must have no line breaks and no characters beyond U+00FF',
  ],
  [
    { contentSecurityPolicy: { 'default-src': "'self'" } },
    'contentSecurityPolicy: must be a text, or names with lists of texts',
  ],
  [
    { hsts: { preload: true } },
    'hsts › preload: needs includeSubDomains and a maxAgeSeconds of 31536000 or more',
  ],
  [
    { referrerPolicy: 'none' },
    'referrerPolicy: must be false or one of no-referrer, no-referrer-when-downgrade, origin, ' +
      'origin-when-cross-origin, same-origin, strict-origin, strict-origin-when-cross-origin, unsafe-url',
  ],
])('%j is refused', async (options, complaint) => {
  expect(await complaintsOf(securityHeaders(options as never))).toEqual([complaint]);
});
