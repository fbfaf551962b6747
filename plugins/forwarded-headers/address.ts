const ZERO = 0x30;
const NINE = 0x39;
const DOT = 0x2e;
const longestText = 45; // of an IPv6 address that ends in an IPv4 address

/** An IP address as numbers: of IPv4 only the last word is used. */
export interface Address {
  readonly isV6: boolean;
  readonly words: readonly [number, number, number, number];
}

/** The address as a number, or -1: four decimal octets without leading zeros. */
function readIPv4(text: string): number {
  let value = 0;
  let octet = 0;
  let digits = 0;
  let octets = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : DOT;
    if (code === DOT) {
      if (digits === 0) return -1;
      value = value * 256 + octet;
      octet = digits = 0;
      octets++;
    } else {
      if (code < ZERO || code > NINE || (digits > 0 && octet === 0)) return -1;
      octet = octet * 10 + code - ZERO;
      digits++;
      if (octet > 255) return -1;
    }
  }
  return octets === 4 ? value : -1;
}

/** Groups of one side of `::`; the last may be an IPv4 address. Undefined when malformed. */
function readGroups(text: string, mayEndInIPv4: boolean): number[] | undefined {
  const groups: number[] = [];
  if (text === '') return groups;
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const tail = mayEndInIPv4 && index === parts.length - 1 ? readIPv4(part) : -1;
    if (tail < 0) return undefined;
    groups.push(Math.floor(tail / 0x1_0000), tail & 0xffff);
  }
  return groups;
}

function readIPv6(text: string): number[] | undefined {
  const gap = text.indexOf('::');
  const head = readGroups(gap < 0 ? text : text.slice(0, gap), gap < 0);
  const tail = gap < 0 ? [] : readGroups(text.slice(gap + 2), true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (gap < 0 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

const word = (high: number, low: number): number => high * 0x1_0000 + low;

/** Reads an address in strict notation; undefined when it is none. An IPv4-mapped one is taken for IPv4. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > longestText) return undefined;
  if (!text.includes(':')) {
    const value = readIPv4(text);
    return value < 0 ? undefined : { isV6: false, words: [0, 0, 0, value] };
  }
  const groups = readIPv6(text);
  if (groups === undefined) return undefined;
  const [a, b, c, d, e, f, g, h] = groups as [number, number, number, number, number, number, number, number];
  const isMapped = (a | b | c | d | e) === 0 && f === 0xffff; // RFC 4291 2.5.5.2
  if (isMapped) return { isV6: false, words: [0, 0, 0, word(g, h)] };
  return { isV6: true, words: [word(a, b), word(c, d), word(e, f), word(g, h)] };
}

/** Reads `address`, `address:port` or `[address]:port`, IPv6 only in brackets (RFC 7239 6). */
export function parseNode(text: string): Address | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::[0-9]{1,5})?$/.exec(text);
  if (match === null) return undefined;
  const [, bracketed, plain] = match;
  if (bracketed === undefined) return parseAddress(plain!);
  return bracketed.includes(':') ? parseAddress(bracketed) : undefined;
}

function formatIPv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** Start and length of the first longest run of zero groups. */
function longestZeros(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best[1]) best = [start, length];
  }
  return best;
}

/** The canonical text of an address (RFC 5952). */
export function formatAddress({ isV6, words }: Address): string {
  if (!isV6) return formatIPv4(words[3]);
  const groups = words.flatMap((each) => [Math.floor(each / 0x1_0000), each & 0xffff]);
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  const [start, length] = longestZeros(groups);
  if (length < 2) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

/** Negative, zero or positive as `left` is before, at or after `right`; IPv4 is before IPv6. */
export function compareAddresses(left: Address, right: Address): number {
  if (left.isV6 !== right.isV6) return left.isV6 ? 1 : -1;
  for (let i = 0; i < 4; i++) {
    const difference = left.words[i]! - right.words[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
