import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  complaintAboutOrigin,
  complaintAboutPattern,
  createOriginTest,
} from '../../../../plugins/cors/origins.ts';

const isAllowed = createOriginTest([
  'https://app.example',
  'http://localhost:5173',
  'https://*.shop.example',
  'https://*.dev.example:8443',
  /https:\/\/pr-\d+\.example/g,
]);

test.each([
  'https://app.example',
  'http://localhost:5173',
  'https://a.shop.example',
  'https://a.b-c.shop.example',
  'https://x.dev.example:8443',
  'https://pr-17.example',
])('%s is allowed', (origin) => {
  expect(isAllowed(origin)).toBe(true);
  expect(isAllowed(origin)).toBe(true);
});

test.each([
  '',
  'null',
  '*',
  'http://app.example',
  'https://app.example:8443',
  'https://app.example.evil.example',
  'https://evil.example/https://app.example',
  'https://shop.example',
  'https://.shop.example',
  'https://evilshop.example',
  'https://evil.example/.shop.example',
  'https://evil.example?.shop.example',
  'https://evil.example:80#.shop.example',
  'https://x.dev.example',
  'https://pr-17.example.evil.example',
  'evil https://pr-17.example',
  'https://pr-17.example\n',
])('%j is not allowed', (origin) => {
  expect(isAllowed(origin)).toBe(false);
});

test('null is allowed only by its name', () => {
  expect(createOriginTest(['null'])('null')).toBe(true);
  expect(createOriginTest([/.*/])('null')).toBe(false);
  expect(createOriginTest([/.*/])(`https://${'a'.repeat(300)}`)).toBe(false);
});

test('all are allowed by *', () => {
  expect(createOriginTest(['*'])('https://any.example')).toBe(true);
});

test('only hosts of that domain are subdomains of it', () => {
  const test = createOriginTest(['https://*.a.example']);
  fc.assert(
    fc.property(fc.string(), (text) => {
      const origin = `https://${text}.a.example`;
      if (test(origin)) expect(new URL(origin).hostname.endsWith('.a.example')).toBe(true);
    }),
  );
});

const like = 'must be an origin like "https://app.example.com" or "https://*.example.com"';

test.each([
  ['app.example', like],
  ['https://app.example/', like],
  ['https://App.example', like],
  ['https://a.*.example', like],
  ['https://*', like],
  ['https://app.example:443', 'must be "https://app.example", as browsers write it'],
  ['http://app.example:80', 'must be "http://app.example", as browsers write it'],
])('the origin %s is refused', (origin, complaint) => {
  expect(complaintAboutOrigin(origin)).toBe(complaint);
});

test.each(['null', '*', 'https://[::1]:8080', 'capacitor://localhost', 'http://a:443'])(
  '%s can be listed',
  (origin) => {
    expect(complaintAboutOrigin(origin)).toBeUndefined();
  },
);

const slow = 'may take too long for some origins: repeat nothing that repeats, and write "[^.]+" for ".+"';

test.each([
  [/https:\/\/(?:.*\.)*a\.example/, slow],
  [/https:\/\/(?:[a-z]+)+\.a\.example/, slow],
  [/https:\/\/A\.example/i, 'must not have the flags "i" and "v"; browsers write origins in lower case'],
  [/https:\/\/(?!b)a\.example/, 'lookahead and lookbehind are not supported'],
])('the expression %s is refused', (pattern, complaint) => {
  expect(complaintAboutPattern(pattern)).toBe(complaint);
});

test.each([/.*/, /https:\/\/.*\.a\.example/, /https:\/\/(?:[a-z]+\.)*a\.example(?::\d+)?/g])(
  'the expression %s can be listed',
  (pattern) => {
    expect(complaintAboutPattern(pattern)).toBeUndefined();
  },
);
