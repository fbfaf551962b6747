import { describe, expect, test } from 'vitest';
import {
  equalsIgnoreCase,
  forEachListMember,
  isFieldValue,
  isHostText,
  isTargetText,
  isToken,
  listHas,
  matchesAt,
} from '../../../core/message/characters.ts';

const everyCode = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
const accepted = (check: (text: string) => boolean): string => everyCode.filter(check).join('');

describe('characters', () => {
  test('of a token are those of RFC 9110 5.6.2', () => {
    const expected = everyCode.filter((c) => /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(c)).join('');
    expect(accepted(isToken)).toBe(expected);
    expect(isToken('')).toBe(false);
    expect(isToken('aĀ')).toBe(false);
  });

  test('of a field value are visible ones, blanks and bytes from 0x80 on (RFC 9110 5.5)', () => {
    expect(accepted(isFieldValue)).toBe(everyCode.filter((c) => /[\t\x20-\x7e\x80-\xff]/.test(c)).join(''));
    expect(isFieldValue('')).toBe(true);
    expect(isFieldValue('Ā')).toBe(false);
  });

  test('of a request target are visible ASCII without # and backslash', () => {
    expect(accepted(isTargetText)).toBe(
      everyCode.filter((c) => /[\x21-\x7e]/.test(c) && !/[#\\]/.test(c)).join(''),
    );
    expect(isTargetText('')).toBe(false);
  });

  test('of a host have no slash, question mark, at sign or blank', () => {
    for (const c of '/?#@ \\"<>\t\r\n\0é') expect(isHostText(`a${c}`)).toBe(false);
    expect(isHostText('[::1]:80')).toBe(true);
  });
});

describe('comparison without regard to case', () => {
  test.each([
    ['Host', 'host', true],
    ['HOST', 'host', true],
    ['hos', 'host', false],
    ['hostt', 'host', false],
    // characters whose codes differ by 0x20 as letters do, but are none
    ['@', '`', false],
    ['[', '{', false],
    ['transfer\x0dencoding', 'transfer-encoding', false],
    ['a\x00', 'a ', false],
    ['ﬀ', 'ff', false],
    ['\u212a', 'k', false], // Kelvin sign
  ])('%j and %j: %j', (text, lower, expected) => {
    expect(equalsIgnoreCase(text, lower)).toBe(expected);
  });

  test('at a place of a longer text', () => {
    expect(matchesAt('xxHostyy', 2, 'host')).toBe(true);
    expect(matchesAt('xxHos', 2, 'host')).toBe(false);
  });
});

describe('comma-separated lists', () => {
  test('members are trimmed and empty ones are left out', () => {
    const members: string[] = [];
    forEachListMember(' a,, b\t, ,c ', (member) => members.push(member));
    expect(members).toEqual(['a', 'b', 'c']);
  });

  test.each([
    ['close', true],
    ['Close', true],
    ['keep-alive, CLOSE', true],
    [' close ,x', true],
    ['x,\tclose', true],
    ['closed', false],
    ['x-close', false],
    ['', false],
    ['close x', false],
  ])('%j has close among its members: %j', (list, expected) => {
    expect(listHas(list, 'close')).toBe(expected);
  });
});
