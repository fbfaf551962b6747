import type { LineFile } from './line-file.ts';

/** Told of troubles, once each. */
export interface WriterListener {
  /** Writing fails and is tried again from time to time. */
  onFailing(error: Error): void;
  /** Lines come faster than they are taken, and are lost from now on. */
  onLagging(): void;
  /** Writing goes on, or is given up: this is what was lost. */
  onLost(lines: number, bytes: number): void;
}

export interface WriterLimits {
  /** Bytes that may wait to be written. */
  readonly maxBufferedBytes: number;
  /** Time that a line waits for others to be written with it; 0 for those of one turn of the event loop. */
  readonly maxDelayMs: number;
  /** Time after which writing is tried again. */
  readonly retryDelayMs: number;
  /** Time that closing may take. */
  readonly closeTimeoutMs: number;
}

const nothing = Buffer.alloc(0);
const mostBytesAtOnce = 65_536;

/** What open writers do when the process ends. */
const endings = new Set<() => void>();
const endAll = (): void => {
  for (const ending of endings) ending();
};

/**
 * Writes lines of ASCII without ever waiting for them: many at once, for each write wakes another thread, and within a
 * bound of memory while the disk is full or a reader is slow.
 */
export class LineWriter {
  readonly #file: LineFile;
  readonly #listener: WriterListener;
  readonly #limits: WriterLimits;
  /** So many bytes wait for no others. */
  readonly #enoughBytes: number;
  /** The file is being written to or opened. */
  #isBusy = false;
  #isScheduled = false;
  #delay: NodeJS.Timeout | undefined;
  #isFailing = false;
  /** Nobody will ever take what is written. */
  #isGone = false;
  #wantsReopen = false;
  /** What is being written, or could not be. */
  #bytes: Buffer = nothing;
  #lines = '';
  #lostLines = 0;
  #retry: NodeJS.Timeout | undefined;
  #onIdle: (() => void) | undefined;

  constructor(file: LineFile, listener: WriterListener, limits: WriterLimits) {
    this.#file = file;
    this.#listener = listener;
    this.#limits = limits;
    this.#enoughBytes = Math.min(mostBytesAtOnce, limits.maxBufferedBytes / 2);
    if (endings.size === 0) process.on('exit', endAll);
    endings.add(this.#onExit);
  }

  /** Adds a line; it ends with a line feed. */
  write(line: string): void {
    const bufferedBytes = this.#bytes.length + this.#lines.length + line.length;
    if (this.#isGone || bufferedBytes > this.#limits.maxBufferedBytes) return this.#lose();
    this.#lines += line;
    if (this.#isBusy || this.#retry !== undefined) return;
    if (!this.#isScheduled) this.#schedule();
    else if (this.#lines.length >= this.#enoughBytes) this.#proceed();
  }

  /** Opens the file anew as soon as it is not being written to. */
  reopen(): void {
    this.#wantsReopen = true;
    this.#proceed();
  }

  /** Resolves when everything is written and the file closed, or when that cannot be done. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#onIdle?.(), this.#limits.closeTimeoutMs);
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      this.#tryAgain();
    });
    clearTimeout(timer);
    clearTimeout(this.#retry);
    endings.delete(this.#onExit);
    if (endings.size === 0) process.off('exit', endAll);
    this.#isGone = true;
    const lostBytes = this.#bytes.length + this.#lines.length;
    if (this.#lostLines > 0 || lostBytes > 0) this.#listener.onLost(this.#lostLines, lostBytes);
    await this.#file.close();
  }

  #schedule(): void {
    this.#isScheduled = true;
    if (this.#limits.maxDelayMs > 0) this.#delay = setTimeout(this.#proceed, this.#limits.maxDelayMs);
    else setImmediate(this.#proceed);
  }

  readonly #proceed = (): void => {
    this.#isScheduled = false;
    clearTimeout(this.#delay);
    if (this.#isBusy || this.#retry !== undefined) return;
    if (this.#wantsReopen) void this.#open();
    else if (!this.#isGone && this.#bytes.length + this.#lines.length > 0) this.#send();
    else this.#onIdle?.();
  };

  #send(): void {
    if (this.#bytes.length === 0) {
      this.#bytes = Buffer.from(this.#lines, 'latin1');
      this.#lines = '';
    }
    this.#isBusy = true;
    this.#file.write(this.#bytes, this.#onWritten);
  }

  readonly #onWritten = (error: NodeJS.ErrnoException | null, written: number): void => {
    this.#isBusy = false;
    if (error === null) this.#onTaken(written);
    else this.#onError(error);
    if (this.#mayWait) this.#schedule();
    else this.#proceed();
  };

  get #mayWait(): boolean {
    const isEnding = this.#onIdle !== undefined || this.#wantsReopen || this.#bytes.length > 0;
    return !isEnding && this.#lines.length > 0 && this.#lines.length < this.#enoughBytes;
  }

  /** A process that breaks off still has what came last; a reader that is slow is not waited for. */
  readonly #onExit = (): void => {
    if (this.#lines === '' || this.#isFailing || this.#isGone || this.#lostLines > 0) return;
    try {
      this.#file.writeNow(Buffer.from(this.#lines, 'latin1'));
    } catch {
      // nobody is left to be told
    }
  };

  #onTaken(written: number): void {
    this.#bytes = written === this.#bytes.length ? nothing : this.#bytes.subarray(written);
    this.#isFailing = false;
    // not at the first free byte: one report for a time of trouble, not one a line
    const bufferedBytes = this.#bytes.length + this.#lines.length;
    if (this.#lostLines === 0 || bufferedBytes * 2 > this.#limits.maxBufferedBytes) return;
    this.#listener.onLost(this.#lostLines, 0);
    this.#lostLines = 0;
  }

  #onError(error: NodeJS.ErrnoException): void {
    const isFull = error.code === 'EAGAIN' || error.code === 'EBUSY'; // a pipe that does not block
    if (!isFull && !this.#isGone) this.#report(error);
    if (error.code === 'EPIPE') this.#isGone = true;
    if (!this.#isGone) this.#retry = setTimeout(() => this.#tryAgain(), this.#limits.retryDelayMs);
    if (!isFull) this.#onIdle?.();
  }

  #report(error: Error): void {
    if (!this.#isFailing) this.#listener.onFailing(error);
    this.#isFailing = true;
  }

  #tryAgain(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#proceed();
  }

  #lose(): void {
    if (this.#lostLines++ === 0 && !this.#isFailing && !this.#isGone) this.#listener.onLagging();
  }

  async #open(): Promise<void> {
    this.#wantsReopen = false;
    this.#isBusy = true;
    try {
      await this.#file.open();
    } catch (error) {
      this.#listener.onFailing(error as Error);
    }
    this.#isBusy = false;
    this.#proceed();
  }
}
