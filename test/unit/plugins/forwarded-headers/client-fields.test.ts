import { expect, test } from 'vitest';
import { FieldList } from '../../../../core/index.ts';
import {
  type Announcement,
  Claims,
  fieldsOf,
  foreignFields,
  portOf,
  strip,
} from '../../../../plugins/forwarded-headers/client-fields.ts';

const about: Announcement = {
  chain: '203.0.113.7, 10.0.0.1',
  elements: 'for=203.0.113.7;proto=https',
  address: '203.0.113.7',
  scheme: 'https',
  host: 'a.example',
  port: '443',
};

test('writes the fields of the families that are on', () => {
  const all = fieldsOf(new Set(['forwarded', 'x-real-ip', 'x-forwarded']), about);
  expect(FieldList.from(all).lines.split('\r\n')).toEqual([
    'X-Forwarded-For: 203.0.113.7, 10.0.0.1',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Host: a.example',
    'X-Forwarded-Port: 443',
    'X-Real-IP: 203.0.113.7',
    'Forwarded: for=203.0.113.7;proto=https',
    '',
  ]);
  expect(fieldsOf(new Set(['x-real-ip']), about)).toEqual([['X-Real-IP', '203.0.113.7']]);
});

test('a request without host gets no X-Forwarded-Host', () => {
  const fields = fieldsOf(new Set(['x-forwarded']), { ...about, host: '' });
  expect(FieldList.from(fields).has('X-Forwarded-Host')).toBe(false);
});

test.each([
  ['a.example', 'http', '80'],
  ['a.example', 'https', '443'],
  ['a.example:8080', 'http', '8080'],
  ['a.example:', 'http', '80'],
  ['[2001:db8::1]', 'https', '443'],
  ['[2001:db8::1]:8443', 'https', '8443'],
  ['', 'http', '80'],
] as const)('the port of %j over %s is %s', (host, scheme, expected) => {
  expect(portOf(host, scheme)).toBe(expected);
});

const sent = [
  'Accept',
  'X-Forwarded-For',
  'x-forwarded-PREFIX',
  'X_Forwarded_For',
  'X-Forwarded_Proto',
  'X-Forwarded',
  'X-Real-IP',
  'x_real_ip',
  'FORWARDED',
  'X-Forwardedness',
  'Forwarded-For',
  'X-Real-IPs',
];

function leftOf(pattern: RegExp): string[] {
  const fields = FieldList.from(sent.map((name) => [name, 'forwarded: x-real-ip: 1'] as const));
  strip(fields, pattern);
  return Array.from(fields, ([name]) => name);
}

const unrelated = ['Accept', 'X-Forwardedness', 'Forwarded-For', 'X-Real-IPs'];

test('removes every forwarding field, also those that some backends read as such', () => {
  expect(leftOf(foreignFields([]))).toEqual(unrelated);
});

test('keeps the families that are asked for, in their own spelling', () => {
  const [accept, ...rest] = unrelated;
  expect(leftOf(foreignFields(['x-forwarded']))).toEqual([
    accept,
    'X-Forwarded-For',
    'x-forwarded-PREFIX',
    ...rest,
  ]);
  expect(leftOf(foreignFields(['forwarded', 'x-real-ip']))).toEqual([
    accept,
    'X-Real-IP',
    'FORWARDED',
    ...rest,
  ]);
});

test('joins lines of the same name in the order in which they came', () => {
  const fields = FieldList.from([
    ['X-Forwarded-For', '203.0.113.7'],
    ['X-Forwarded-Proto', 'https'],
    ['x-forwarded-for', '10.0.0.2'],
    ['X-Forwarded-Host', 'a.example'],
    ['X-Forwarded-Port', '443'],
    ['Forwarded', 'for=a'],
    ['forwarded', 'for=b'],
    ['X-Forwarded-Prefix', '/a'],
  ]);
  expect(new Claims(fields)).toMatchObject({
    for: '203.0.113.7, 10.0.0.2',
    proto: 'https',
    host: 'a.example',
    port: '443',
    forwarded: 'for=a, for=b',
  });
});
