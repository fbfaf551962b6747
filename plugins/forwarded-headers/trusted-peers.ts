import { type Address, type AddressBlock, compareAddresses, parseAddressBlocks } from '../../core/index.ts';

/** Addresses that may speak for a client. */
export class TrustedPeers {
  /** In ascending order, none overlaps another. */
  readonly #ranges: readonly AddressBlock[];

  /** @throws Error for an entry that cannot be read. */
  constructor(entries: readonly string[]) {
    const ranges = entries.flatMap(parseAddressBlocks);
    ranges.sort(
      (left, right) => compareAddresses(left.first, right.first) || compareAddresses(right.last, left.last),
    );
    const kept: AddressBlock[] = [];
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
