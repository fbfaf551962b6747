import type { ByteChannel, ByteChannelListener } from '../message/byte-channel.ts';
import type { Channel, ChannelListener } from '../transport/channel.ts';

/** A connection that left HTTP: its bytes, also those that came early, go to one listener. */
export class SwitchedChannel implements ByteChannel, ChannelListener {
  readonly #channel: Channel;
  readonly #onClosed: () => void;
  #early: Buffer | undefined;
  #listener: ByteChannelListener | undefined;
  #hasEnded = false;
  #isClosed = false;
  #closedBy: Error | undefined;

  /** `early` are bytes that arrived behind the head; the channel is paused until `listen`. */
  constructor(channel: Channel, early: Buffer | undefined, onClosed: () => void) {
    this.#channel = channel;
    this.#early = early;
    this.#onClosed = onClosed;
    channel.listener = this;
    channel.pause();
  }

  listen(listener: ByteChannelListener): void {
    this.#listener = listener;
    const early = this.#early;
    this.#early = undefined;
    if (early !== undefined) listener.onBytes(early);
    if (this.#hasEnded) listener.onEnd();
    if (this.#isClosed) listener.onClose(this.#closedBy);
    else this.#channel.resume();
  }

  writeBytes(bytes: Buffer): boolean {
    this.#channel.writeBytes(bytes);
    return !this.#channel.isBacklogged;
  }

  pause(): void {
    this.#channel.pause();
  }

  resume(): void {
    this.#channel.resume();
  }

  end(): void {
    this.#channel.end();
  }

  destroy(): void {
    this.#channel.destroy();
  }

  /** Ends it at once; its listener is told why. */
  abort(reason: Error): void {
    this.#closedBy = reason;
    this.#channel.destroy();
  }

  onBytes(bytes: Buffer, length: number): void {
    this.#channel.isBulk = length === bytes.length;
    const piece = bytes.subarray(0, length);
    if (this.#listener !== undefined) this.#listener.onBytes(piece);
    else this.#early = this.#early === undefined ? Buffer.from(piece) : Buffer.concat([this.#early, piece]);
  }

  onEnd(): void {
    this.#hasEnded = true;
    this.#listener?.onEnd();
  }

  onDrain(): void {
    this.#listener?.onDrain();
  }

  onClose(error: Error | undefined): void {
    this.#isClosed = true;
    this.#closedBy ??= error;
    this.#onClosed();
    this.#listener?.onClose(this.#closedBy);
  }
}
