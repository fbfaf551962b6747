import { readIPv4 } from './ipv4.ts';

const COLON = 0x3a;
const longestText = 45; // ends in an IPv4 address

/** The value of a hexadecimal digit, or -1. */
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Adds the two groups of an IPv4 address that stands at the end; false when there is none. */
function readTail(text: string, start: number, groups: number[]): boolean {
  const value = readIPv4(text.slice(start));
  if (value < 0) return false;
  groups.push(Math.floor(value / 0x1_0000), value & 0xffff);
  return true;
}

/** Puts zeros in the place of `::`; undefined when there are not as many groups as there must be. */
function filled(groups: number[], gap: number): number[] | undefined {
  const missing = 8 - groups.length;
  if (gap < 0) return missing === 0 ? groups : undefined;
  if (missing < 1) return undefined;
  groups.splice(gap, 0, ...Array.from({ length: missing }, () => 0));
  return groups;
}

/** The eight groups of an IPv6 address without zone (RFC 4291 2.2); undefined when it is none. */
export function readIPv6(text: string): number[] | undefined {
  if (text.length > longestText) return undefined;
  const groups: number[] = [];
  let gap = text.startsWith('::') ? 0 : -1;
  let at = gap < 0 ? 0 : 2;
  while (at < text.length) {
    const start = at;
    let group = 0;
    for (let digit = digitOf(text.charCodeAt(at)); digit >= 0; digit = digitOf(text.charCodeAt(at))) {
      group = group * 16 + digit;
      at++;
    }
    if (text[at] === '.') return readTail(text, start, groups) ? filled(groups, gap) : undefined;
    if (at === start || at - start > 4) return undefined;
    groups.push(group);
    if (at === text.length) break;
    if (text.charCodeAt(at++) !== COLON || at === text.length) return undefined;
    if (text.charCodeAt(at) !== COLON) continue;
    if (gap >= 0) return undefined;
    gap = groups.length;
    at++;
  }
  return filled(groups, gap);
}
