import { readIPv4 } from './ipv4.ts';
import { readIPv6 } from './ipv6.ts';

type Words = readonly [number, number, number, number];

/** An IP address as numbers of 32 bits: of IPv4 only the last one is used. */
export interface Address {
  readonly isV6: boolean;
  readonly words: Words;
}

const word = (high: number, low: number): number => high * 0x1_0000 + low;

/** Reads an address in strict notation, without zone; undefined when it is none. An IPv4-mapped one is taken for IPv4. */
export function parseAddress(text: string): Address | undefined {
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

/**
 * A socket's address as the gateway tells it: an IPv4 client of a dual-stack listener by its IPv4 address (RFC 4291
 * 2.5.5.2), a link-local one without the zone, which means something on this machine only (RFC 4007 11).
 */
export function addressOfSocket(text: string): string {
  const zone = text.indexOf('%');
  if (zone >= 0) return text.slice(0, zone);
  return text.startsWith('::ffff:') && text.includes('.') ? text.slice(7) : text;
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

/** A mask for each word of a network with that many bits. */
function maskOf({ isV6 }: Address, prefixLength: number): Words {
  const bits = isV6 ? prefixLength : prefixLength + 96;
  const word = (before: number): number => {
    const own = Math.min(32, bits - before);
    return own <= 0 ? 0 : (-1 << (32 - own)) >>> 0;
  };
  return [word(0), word(32), word(64), word(96)];
}

function mapWords(
  { isV6, words: [a, b, c, d] }: Address,
  masks: Words,
  map: (word: number, mask: number) => number,
): Address {
  const [m, n, o, p] = masks;
  return { isV6, words: [map(a, m), map(b, n), map(c, o), map(d, p)] };
}

/** The first address of the network with that many bits around an address. */
export function networkOf(address: Address, prefixLength: number): Address {
  return mapWords(address, maskOf(address, prefixLength), (word, mask) => (word & mask) >>> 0);
}

/** The last address of the network with that many bits around an address. */
export function lastOf(address: Address, prefixLength: number): Address {
  return mapWords(address, maskOf(address, prefixLength), (word, mask) => (word | ~mask) >>> 0);
}
