import { type Address, compareAddresses, formatAddress, lastOf, networkOf, parseAddress } from './address.ts';

/** Neighbouring addresses of one family. */
export interface AddressBlock {
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

function parseBlock(entry: string): AddressBlock {
  const [text = '', prefix, ...rest] = entry.split('/');
  const address = parseAddress(text);
  if (address === undefined || rest.length > 0) refuse(entry);
  const isWrittenAsV6 = text.includes(':');
  const isMapped = isWrittenAsV6 && !address.isV6;
  const length = lengthOf(entry, prefix, isWrittenAsV6 ? 128 : 32) - (isMapped ? 96 : 0);
  if (length < 0) refuse(entry);
  const first = networkOf(address, length);
  if (compareAddresses(first, address) !== 0) {
    const meant = `${formatAddress(first)}/${length}`;
    throw new Error(`${JSON.stringify(entry)} has bits behind its prefix, did you mean "${meant}"?`);
  }
  return { first, last: lastOf(address, length) };
}

/**
 * Reads one entry of a list of addresses: an address, a CIDR block, `loopback` or `private`.
 * @throws Error that says what is wrong with it.
 */
export function parseAddressBlocks(entry: string): AddressBlock[] {
  return (keywords.get(entry) ?? [entry]).map(parseBlock);
}
