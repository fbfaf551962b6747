import ipaddr from 'ipaddr.js';
import { type Address, compareAddresses, formatAddress, parseAddress } from './address.ts';

interface Range {
  readonly first: Address;
  readonly last: Address;
}

const keywords: ReadonlyMap<string, readonly string[]> = new Map([
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']], // RFC 1918, RFC 4193
]);

function refuse(entry: string): never {
  throw new Error(`${JSON.stringify(entry)} is not an address, a CIDR block, "loopback" or "private"`);
}

function lengthOf(entry: string, text: string | undefined, longest: number): number {
  if (text === undefined) return longest;
  if (!/^[0-9]{1,3}$/.test(text) || Number(text) > longest) refuse(entry);
  return Number(text);
}

function parseRange(entry: string): Range {
  const [text = '', prefix, ...rest] = entry.split('/');
  const address = parseAddress(text);
  if (address === undefined || rest.length > 0) refuse(entry);
  const isMapped = text.includes(':') && !address.isV6;
  const length = lengthOf(entry, prefix, text.includes(':') ? 128 : 32) - (isMapped ? 96 : 0);
  if (length < 0) refuse(entry);
  const block = `${formatAddress(address)}/${length}`;
  const family = address.isV6 ? ipaddr.IPv6 : ipaddr.IPv4;
  const first = parseAddress(family.networkAddressFromCIDR(block).toString())!;
  const last = parseAddress(family.broadcastAddressFromCIDR(block).toString())!;
  if (compareAddresses(first, address) !== 0) {
    throw new Error(
      `${JSON.stringify(entry)} has bits behind its prefix, did you mean "${formatAddress(first)}/${length}"?`,
    );
  }
  return { first, last };
}

/**
 * Reads one entry of the option: an address, a CIDR block or a keyword.
 * @throws Error that says what is wrong with it.
 */
export function parseTrust(entry: string): Range[] {
  return (keywords.get(entry) ?? [entry]).map(parseRange);
}

/** Addresses that may speak for a client. */
export class TrustedPeers {
  /** In ascending order, none overlaps another. */
  readonly #ranges: readonly Range[];

  /** @throws Error for an entry that cannot be read. */
  constructor(entries: readonly string[]) {
    const ranges = entries.flatMap(parseTrust);
    ranges.sort(
      (left, right) => compareAddresses(left.first, right.first) || compareAddresses(right.last, left.last),
    );
    const kept: Range[] = [];
    for (const range of ranges) {
      const previous = kept.at(-1);
      // two blocks are apart, or one is in the other
      if (previous === undefined || compareAddresses(range.first, previous.last) > 0) kept.push(range);
    }
    this.#ranges = kept;
  }

  has(address: Address): boolean {
    const ranges = this.#ranges;
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareAddresses(address, ranges[middle]!.last) > 0) low = middle + 1;
      else high = middle;
    }
    return low < ranges.length && compareAddresses(address, ranges[low]!.first) >= 0;
  }
}
