import { largeBlockBytes, releaseBlock, sharedBlock, takeBlock } from './read-blocks.ts';

/** The block that one socket reads into: it follows the length of the messages, and is left to writes that still need it. */
export class ReadMemory {
  readonly #isSharing: boolean;
  #block: Buffer;
  #isBulk = false;
  #isLagging = false;
  /** Whose pending writes still point into the block. */
  #takenBy: object | undefined = undefined;

  /** `isSharing`: only long bodies go to a block of its own. */
  constructor(isSharing: boolean) {
    this.#isSharing = isSharing;
    this.#block = isSharing ? sharedBlock : takeBlock(false);
  }

  get block(): Buffer {
    return this.#block;
  }

  /** A long body begins (or ended). */
  set isBulk(isBulk: boolean) {
    this.#isBulk = isBulk;
    if (!isBulk) this.#isLagging = false;
  }

  /** True while there is nothing to remember: short messages go to the block of all. */
  get isShared(): boolean {
    return this.#block === sharedBlock && !this.#isBulk;
  }

  /** The block for the next read; undefined when it stays. */
  next(): Buffer | undefined {
    const isLarge = this.#isBulk && !this.#isLagging;
    const mayShare = this.#isSharing && !this.#isBulk;
    const fits = mayShare
      ? this.#block === sharedBlock
      : this.#block !== sharedBlock && isLarge === this.#isLarge;
    if (fits && this.#takenBy === undefined) return undefined;
    if (this.#block !== sharedBlock && this.#takenBy === undefined) releaseBlock(this.#block);
    this.#takenBy = undefined;
    this.#block = mayShare ? sharedBlock : takeBlock(isLarge);
    return this.#block;
  }

  /** Its socket reads no more. */
  release(): void {
    if (this.#block !== sharedBlock && this.#takenBy === undefined) releaseBlock(this.#block);
    this.#block = sharedBlock;
  }

  /** One block serves one pending writer: a second one, as behind a pipelined response, gets a copy. */
  isTakenByOther(writer: object, bytes: Buffer): boolean {
    return this.#takenBy !== undefined && this.#takenBy !== writer && bytes.buffer === this.#block.buffer;
  }

  /** Leaves the block to the pending writes of `writer`; undefined when the bytes are elsewhere or it has it already. */
  leaveTo(writer: object, bytes: Buffer): Buffer | undefined {
    if (bytes.buffer !== this.#block.buffer || this.#takenBy !== undefined) return undefined;
    this.#takenBy = writer;
    this.#isLagging = true; // a slow receiver holds what it was given: smaller pieces for it
    return this.#block;
  }

  /** What was written from the block has left after all; false when it was not left to `writer`. */
  takeBack(writer: object): boolean {
    if (this.#takenBy !== writer) return false;
    this.#takenBy = undefined;
    this.#isLagging = false;
    return true;
  }

  get #isLarge(): boolean {
    return this.#block.length === largeBlockBytes;
  }
}
