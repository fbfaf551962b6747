import type { Channel } from '../transport/channel.ts';

/**
 * Bytes on their way from a channel to the messages they belong to, one piece after the other: those that come before
 * their turn are held back, and from some number of them on the channel is paused.
 */
export abstract class Intake {
  protected readonly channel: Channel;
  #held: Buffer | undefined = undefined;
  #isReading = false;

  constructor(channel: Channel) {
    this.channel = channel;
  }

  /** True when nothing that comes is read any more. */
  protected abstract get isClosing(): boolean;

  /** From here on the channel is paused. */
  protected abstract get maxHeldBytes(): number;

  /**
   * Reads what it can of `bytes[start, end)` and gives the index behind: the rest waits for `goOn`.
   * @throws when they are not what they should be.
   */
  protected abstract readMessages(bytes: Buffer, start: number, end: number): number;

  /** What `readMessages` threw. */
  protected abstract onUnreadable(cause: unknown): void;

  /** All that can be read for now was read; `wasHeld` while the channel may have more. */
  protected abstract onRead(wasHeld: boolean): void;

  /** True while bytes wait for their turn. */
  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  /** Takes bytes that are lent for the length of the call. */
  take(bytes: Buffer, length: number): void {
    if (this.#held === undefined) this.#read(bytes, length, false);
    else this.#hold(Buffer.concat([this.#held, bytes.subarray(0, length)]));
  }

  /** Reads on, for what had to be waited for is there; a read that is under way does so by itself. */
  goOn(): void {
    if (this.#isReading) return;
    const held = this.release();
    if (held === undefined) return this.onRead(false);
    this.#read(held, held.length, true);
    if (this.#held === undefined && !this.isClosing) this.onCaughtUp();
  }

  /** Gives away what is held. */
  release(): Buffer | undefined {
    const held = this.#held;
    this.#held = undefined;
    return held;
  }

  /** Nothing is held any more. */
  protected onCaughtUp(): void {
    this.channel.resume();
  }

  #read(bytes: Buffer, end: number, wasHeld: boolean): void {
    let at = end;
    this.#isReading = true;
    try {
      at = this.readMessages(bytes, 0, end);
    } catch (cause) {
      this.#isReading = false;
      return this.onUnreadable(cause);
    }
    this.#isReading = false;
    if (at < end && !this.isClosing) this.#hold(Buffer.from(bytes.subarray(at, end)));
    this.onRead(wasHeld);
  }

  #hold(bytes: Buffer): void {
    this.#held = bytes;
    if (bytes.length >= this.maxHeldBytes) this.channel.pause();
  }
}
