import { describe, expect, test } from 'vitest';
import { absoluteUrl, collectField, ipAddress, methodName, wholeNumber } from '../../../cli/explain.ts';

describe('the arguments of hookway explain', () => {
  test('fields are collected in order, the blanks around their values taken off', () => {
    expect(collectField('b:c:d', collectField('A:  x ', []))).toEqual([
      ['A', 'x'],
      ['b', 'c:d'],
    ]);
    expect(collectField('empty:', [])).toEqual([['empty', '']]);
  });

  test.each(['nope', ': value', 'a: b\r\nc: d', 'a: b\0'])('the field %j is refused', (text) => {
    expect(() => collectField(text, [])).toThrow('a header field is written as "name: value".');
  });

  test('methods are meant in capitals', () => {
    expect(methodName('get')).toBe('GET');
    expect(() => methodName('G T')).toThrow('this is not a method.');
  });

  test.each(['a/b', '/a', 'ftp://a', 'http://', 'http:///a'])('%j is no URL to explain', (text) => {
    expect(() => absoluteUrl(text)).toThrow('it must be absolute');
  });

  test('an address is one of IPv4 or IPv6', () => {
    expect([ipAddress('192.0.2.1'), ipAddress('2001:db8::1')]).toEqual(['192.0.2.1', '2001:db8::1']);
    expect(() => ipAddress('here')).toThrow('this is not an IP address.');
  });

  test('numbers are whole and within their bounds', () => {
    const status = wholeNumber(200, 599);
    expect([status('200'), status('599')]).toEqual([200, 599]);
    for (const text of ['199', '600', '2e2', '-1', '', '200.5'])
      expect(() => status(text)).toThrow('expected a whole number from 200 to 599.');
  });
});
