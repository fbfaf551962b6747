import { expect, test } from 'vitest';
import { hasPassed } from '../../../../plugins/via/recipients.ts';

test.each([
  '1.1 edge-1',
  '1.0 fred, 1.1 edge-1, 1.1 p.example.net',
  'HTTP/1.1 edge-1',
  '1.1 EDGE-1',
  '1.1\tedge-1 (Apache/1.1)',
  '1.0 fred (a, \\( (nested)) , 1.1 edge-1',
  ',, 1.1  edge-1 ,',
])('%j has passed edge-1', (via) => {
  expect(hasPassed(via, 'edge-1')).toBe(true);
});

test.each([
  '',
  '1.1 edge-10',
  '1.1 edge',
  'edge-1',
  '1.1 fred (1.1 edge-1)',
  '1.1 fred (, 1.1 edge-1, )',
  '1.1 fred (never closed, 1.1 edge-1',
  '1.1 edge-1:8080',
])('%j has not passed edge-1', (via) => {
  expect(hasPassed(via, 'edge-1')).toBe(false);
});

test('a name with port is compared with its port', () => {
  expect(hasPassed('1.1 edge-1:8080', 'edge-1:8080')).toBe(true);
});

test('any number of comments is read in one pass', () => {
  expect(hasPassed(`${'1.1 other (a), '.repeat(300_000)}1.1 edge`, 'edge')).toBe(true);
  expect(hasPassed(`${'('.repeat(300_000)}, 1.1 edge`, 'edge')).toBe(false);
});
