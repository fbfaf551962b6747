import type { BodySink } from './stream.ts';

/** Reads a body to its end for the sake of what follows it, up to a limit. */
export class DiscardingSink implements BodySink {
  readonly #maxBytes: number;
  readonly #onTooLong: () => void;
  readonly #onEnd: (() => void) | undefined;
  #bytes = 0;

  constructor(maxBytes: number, onTooLong: () => void, onEnd?: () => void) {
    this.#maxBytes = maxBytes;
    this.#onTooLong = onTooLong;
    this.#onEnd = onEnd;
  }

  attach(): void {}

  write(bytes: Buffer): void {
    this.#bytes += bytes.length;
    if (this.#bytes > this.#maxBytes) this.#onTooLong();
  }

  end(): void {
    this.#onEnd?.();
  }

  abort(): void {}

  flush(): boolean {
    return true;
  }
}
