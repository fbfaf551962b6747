import pino from 'pino';

type Stream = ReturnType<typeof pino.destination>;

/** Lines that wait for a slow or full disk take at most this much memory; further ones are dropped. */
const maxHeldBytes = 16_777_216;

/** Where lines go without waiting for them: a file or standard output. */
export class LogDestination {
  readonly stream: Stream;
  readonly #file: string | undefined;
  #isReady: boolean;

  /**
   * Opens `file` for appending, or standard output.
   * Errors of the file are given to `onError`, for as long as the destination lives.
   */
  constructor(file: string | undefined, onError: (error: Error) => void) {
    this.#file = file;
    // with a minimum of one byte a line leaves at once, and `flush` waits for it; with none it would not
    const options = {
      dest: file ?? 1,
      sync: false,
      mkdir: file !== undefined,
      minLength: 1,
      maxLength: maxHeldBytes,
    };
    this.stream = pino.destination(options);
    this.#isReady = file === undefined;
    this.stream.on('ready', () => {
      this.#isReady = true;
    });
    this.stream.on('error', onError);
  }

  /** Opens the file anew, so that a rotated one can be removed; standard output stays. */
  reopen(): void {
    if (this.#file !== undefined && this.#isReady) this.stream.reopen();
  }

  /** Resolves when everything so far is written, or cannot be. */
  async flush(): Promise<void> {
    if (!this.#isReady)
      await new Promise((resolve) => this.stream.once('ready', resolve).once('error', resolve));
    await new Promise<void>((resolve) => this.stream.flush(() => resolve()));
  }
}
