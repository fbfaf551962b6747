import { expect, test } from 'vitest';
import { formatAddress } from '../../../../core/index.ts';
import { nodeOf, parseNode } from '../../../../plugins/forwarded-headers/node.ts';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['192.0.2.1:4711', '192.0.2.1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:4711', '2001:db8::1'],
])('the node %s is %s', (text, expected) => {
  expect(formatAddress(parseNode(text)!)).toBe(expected);
});

test.each([
  'unknown',
  '_hidden',
  '',
  '2001:db8::1',
  '[192.0.2.1]',
  '192.0.2.1:',
  '192.0.2.1:http',
  '[::1',
  '[::1]x',
])('the node %j is none', (text) => {
  expect(parseNode(text)).toBeUndefined();
});

test.each(['192.0.2.1', '2001:db8::1'])('%s is written so that it is read again', (address) => {
  expect(formatAddress(parseNode(nodeOf(address).replaceAll('"', ''))!)).toBe(address);
});
