import ipaddr from 'ipaddr.js';
import { readIPv4 } from './ipv4.ts';
import { isMappedIPv4, numberOf, readIPv6 } from './ipv6.ts';

/** Neighbouring addresses, as numbers, and what is done with them. */
export interface Block {
  readonly isV6: boolean;
  readonly first: bigint;
  readonly last: bigint;
  readonly isDenied: boolean;
}

const keywords: ReadonlyMap<string, readonly string[]> = new Map([
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']], // RFC 1918, RFC 4193
]);

function refuse(entry: string): never {
  throw new Error(`${JSON.stringify(entry)} is not an address, a CIDR block, "loopback" or "private"`);
}

interface Address {
  readonly isV6: boolean;
  /** Written as IPv6, but an IPv4 address. */
  readonly isMapped: boolean;
  readonly number: bigint;
}

function parseAddress(text: string): Address | undefined {
  const v4 = readIPv4(text);
  if (v4 >= 0) return { isV6: false, isMapped: false, number: BigInt(v4) };
  const groups = readIPv6(text);
  if (groups === undefined) return undefined;
  const number = numberOf(groups);
  const isMapped = isMappedIPv4(groups);
  return { isV6: !isMapped, isMapped, number: isMapped ? number & 0xffff_ffffn : number };
}

function addressOf(number: bigint, isV6: boolean): string {
  const count = isV6 ? 16 : 4;
  const bytes = Array.from({ length: count }, (_, index) =>
    Number((number >> BigInt(8 * (count - 1 - index))) & 255n),
  );
  return ipaddr.fromByteArray(bytes).toString();
}

function lengthOf(entry: string, text: string | undefined, longest: number): number {
  if (text === undefined) return longest;
  if (!/^[0-9]{1,3}$/.test(text) || Number(text) > longest) refuse(entry);
  return Number(text);
}

function parseBlock(entry: string, isDenied: boolean): Block {
  const [text = '', prefix, ...rest] = entry.split('/');
  const address = parseAddress(text);
  if (address === undefined || rest.length > 0) refuse(entry);
  const { isV6, isMapped, number } = address;
  const bits = isV6 ? 128 : 32;
  const length = lengthOf(entry, prefix, isMapped ? 128 : bits) - (isMapped ? 96 : 0);
  if (length < 0) refuse(entry);
  const size = 1n << BigInt(bits - length);
  const first = number - (number % size);
  if (first !== number) {
    const meant = `${addressOf(first, isV6)}/${length}`;
    throw new Error(`${JSON.stringify(entry)} has bits behind its prefix, did you mean "${meant}"?`);
  }
  return { isV6, first, last: first + size - 1n, isDenied };
}

/**
 * Reads one entry of a list: an address, a CIDR block or a keyword.
 * @throws Error that says what is wrong with it.
 */
export function parseEntry(entry: string, isDenied: boolean): Block[] {
  return (keywords.get(entry) ?? [entry]).map((each) => parseBlock(each, isDenied));
}
