import { type Address, parseAddressBlocks } from '../../core/index.ts';

/** Neighbouring addresses, as numbers, and what is done with them. */
export interface Block {
  readonly isV6: boolean;
  readonly first: bigint;
  readonly last: bigint;
  readonly isDenied: boolean;
}

/** All bits of an address as one number. */
export function numberOf({ words }: Address): bigint {
  return words.reduce((number, word) => (number << 32n) | BigInt(word), 0n);
}

/**
 * Reads one entry of a list: an address, a CIDR block or a keyword.
 * @throws Error that says what is wrong with it.
 */
export function parseEntry(entry: string, isDenied: boolean): Block[] {
  return parseAddressBlocks(entry).map(({ first, last }) => {
    return { isV6: first.isV6, first: numberOf(first), last: numberOf(last), isDenied };
  });
}
