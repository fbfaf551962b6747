import { expect, test } from 'vitest';
import { preferredKind } from '../../../../plugins/error-pages/page-kind.ts';

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

test.each([
  [undefined, 'json'],
  ['*/*', 'json'],
  [browser, 'html'],
  ['application/json', 'json'],
  ['application/problem+json, */*;q=0.1', 'json'],
  ['text/*', 'html'],
  ['text/html;q=0.5, application/json;q=0.4', 'html'],
  ['text/html;q=0.5, application/json;q=0.5', 'json'],
  ['TEXT/HTML', 'html'],
  ['application/json;q=0, */*', 'html'],
  ['text/html;q=0, */*;q=0.1', 'json'],
])('who accepts %j gets %s', (accept, kind) => {
  expect(preferredKind(accept, ['json', 'html'])).toBe(kind);
});

test.each(['image/png', '', 'text/html;q=0, application/json;q=0', 'text/html;q=x, application/json;q=9'])(
  'who accepts %j gets none',
  (accept) => {
    expect(preferredKind(accept, ['json', 'html'])).toBeUndefined();
  },
);

test('a kind that there is not is not sent', () => {
  expect(preferredKind('application/json', ['html'])).toBeUndefined();
  expect(preferredKind('application/json, */*;q=0.1', ['html'])).toBe('html');
});
