import { type Address, parseAddress } from '../../core/index.ts';

/** Reads `address`, `address:port` or `[address]:port`, IPv6 only in brackets (RFC 7239 6). */
export function parseNode(text: string): Address | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::[0-9]{1,5})?$/.exec(text);
  if (match === null) return undefined;
  const [, bracketed, plain] = match;
  if (bracketed === undefined) return parseAddress(plain!);
  return bracketed.includes(':') ? parseAddress(bracketed) : undefined;
}

/** The value of `for`: IPv6 in brackets and quotes (RFC 7239 6). */
export function nodeOf(address: string): string {
  return address.includes(':') ? `"[${address}]"` : address;
}
