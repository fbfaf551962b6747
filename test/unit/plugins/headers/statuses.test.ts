import { expect, test } from 'vitest';
import { rangeOf, statusTest } from '../../../../plugins/headers/statuses.ts';

test.each([
  [404, [404, 404]],
  ['404', [404, 404]],
  ['4xx', [400, 499]],
  ['5XX', [500, 599]],
  ['502-504', [502, 504]],
])('%j is the range %j', (text, range) => {
  expect(rangeOf(text)).toEqual(range);
});

test.each(['', '4', '600', '6xx', '504-502', '4xx-5xx', '404,405', ' 404', 99, 404.5, -1])(
  '%j is no range',
  (text) => {
    expect(rangeOf(text)).toBeUndefined();
  },
);

test('a status is in one of several ranges, ends included', () => {
  const isMeant = statusTest([404, '502-504']);
  expect([403, 404, 405, 501, 502, 503, 504, 505].filter(isMeant)).toEqual([404, 502, 503, 504]);
});
