import { parseAddress, readIPv4, remember } from '../../core/index.ts';
import { type Block, numberOf, parseEntry } from './block.ts';
import { cut, type Segment } from './segments.ts';

const rememberAtMost = 4_096;

/** The last place whose start is not after the number; there is always one. */
function findLast<T extends number | bigint>(starts: ArrayLike<T>, number: T): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (starts[middle]! <= number) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Which addresses are admitted. */
export class AddressFilter {
  readonly #v4: readonly Segment[];
  readonly #v4Starts: Float64Array;
  readonly #v6: readonly Segment[];
  readonly #v6Starts: readonly bigint[];
  /** These take longer to read. */
  readonly #admitsIPv6 = remember((text: string) => this.#decideIPv6(text), rememberAtMost);

  /** Blocks of both lists; of an address that is in several the smallest counts. @throws Error for a bad entry. */
  constructor(allow: readonly string[], deny: readonly string[]) {
    const blocks = [
      ...allow.flatMap((entry) => parseEntry(entry, false)),
      ...deny.flatMap((entry) => parseEntry(entry, true)),
    ];
    const others = allow.length > 0;
    const ofFamily = (isV6: boolean): Block[] => blocks.filter((block) => block.isV6 === isV6);
    this.#v4 = cut(ofFamily(false), others);
    this.#v4Starts = Float64Array.from(this.#v4, ({ start }) => Number(start));
    this.#v6 = cut(ofFamily(true), others);
    this.#v6Starts = this.#v6.map(({ start }) => start);
  }

  /** What is no address is not admitted. */
  admits(address: string): boolean {
    return address.includes(':') ? this.#admitsIPv6(address) : this.#admitsIPv4(readIPv4(address));
  }

  #admitsIPv4(number: number): boolean {
    return number >= 0 && !this.#v4[findLast(this.#v4Starts, number)]!.isDenied;
  }

  #decideIPv6(text: string): boolean {
    const address = parseAddress(text);
    if (address === undefined) return false;
    if (!address.isV6) return this.#admitsIPv4(address.words[3]);
    return !this.#v6[findLast(this.#v6Starts, numberOf(address))]!.isDenied;
  }
}
