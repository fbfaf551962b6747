import { expect, test } from 'vitest';
import { isAcceptedId } from '../../../../plugins/request-id/accepted-id.ts';

test.each([
  '1',
  '0f0e0d0c-0b0a-4908-8706-050403020100',
  '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'aGVsbG8rLw==',
  'edge.1:4711/7@web~a_b+c',
  'x'.repeat(128),
])('%s is kept', (id) => {
  expect(isAcceptedId(id)).toBe(true);
});

test.each([
  '',
  'x'.repeat(129),
  'two words',
  'a,b',
  '"quoted"',
  "it's",
  '<script>',
  'a;b',
  'a\\b',
  '${jndi:x}',
  'é',
  'a\tb',
  'a\nb',
  'a\n',
  '-rf',
])('%j is replaced', (id) => {
  expect(isAcceptedId(id)).toBe(false);
});
