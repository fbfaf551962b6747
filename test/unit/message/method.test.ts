import { expect, test } from 'vitest';
import { isIdempotent, isSafe } from '../../../core/message/method.ts';

test.each([
  ['GET', true, true],
  ['HEAD', true, true],
  ['OPTIONS', true, true],
  ['TRACE', true, true],
  ['PUT', false, true],
  ['DELETE', false, true],
  ['POST', false, false],
  ['PATCH', false, false],
  ['CONNECT', false, false],
  ['get', false, false],
  ['PROPFIND', false, false],
])('%s is safe: %j, idempotent: %j', (method, safe, idempotent) => {
  expect(isSafe(method)).toBe(safe);
  expect(isIdempotent(method)).toBe(idempotent);
});
