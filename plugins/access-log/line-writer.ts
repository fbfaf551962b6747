import { LineBytes } from './line-bytes.ts';
import type { LineFile } from './line-file.ts';

/** Told of troubles, once each. */
export interface WriterListener {
  /** Writing fails and is tried again from time to time. */
  onFailing(error: Error): void;
  /** Lines come faster than they are taken, and are lost from now on. */
  onLagging(): void;
  /** Writing goes on; so many lines were lost. */
  onRecovered(lostLines: number): void;
  /** Writing is given up with lines that were lost. */
  onLost(lines: number): void;
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

const firstCapacity = 16_384;
const lineFeed = 0x0a;
/** So many bytes wait for no others: a write costs as much as twenty lines. */
const enoughAtOnce = 131_072;

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
  readonly #enoughBytes: number;
  /** Lines that come in. */
  #filling = new LineBytes(firstCapacity);
  /** Its bytes up to here are whole lines. */
  #wholeBytes = 0;
  /** Lines that are being written, or could not be; empty while none are. */
  #leaving = new LineBytes(firstCapacity);
  #writtenBytes = 0;
  /** The file is being written to or opened. */
  #isBusy = false;
  #isScheduled = false;
  #delay: NodeJS.Timeout | undefined;
  #isFailing = false;
  /** Nobody will ever take what is written. */
  #isGone = false;
  #wantsReopen = false;
  #unreportedLines = 0;
  #retry: NodeJS.Timeout | undefined;
  #onIdle: (() => void) | undefined;
  /** Counts every line that is lost. */
  readonly #lost: { value: number };
  /** Lines that were taken to be written. */
  lineCount = 0;

  constructor(
    file: LineFile,
    listener: WriterListener,
    limits: WriterLimits,
    lost: { value: number } = { value: 0 },
  ) {
    this.#lost = lost;
    this.#file = file;
    this.#listener = listener;
    this.#limits = limits;
    this.#enoughBytes = Math.min(enoughAtOnce, limits.maxBufferedBytes / 2);
    if (endings.size === 0) process.on('exit', endAll);
    endings.add(this.#onExit);
  }

  get bufferedBytes(): number {
    return this.#leaving.length - this.#writtenBytes + this.#wholeBytes;
  }

  /** Writing fails, or nobody reads any more. */
  get isFailing(): boolean {
    return this.#isFailing || this.#isGone;
  }

  /** Where to write the next line to, followed by `commit`; undefined when it is lost, which is counted. */
  begin(): LineBytes | undefined {
    if (this.#isGone || this.bufferedBytes >= this.#limits.maxBufferedBytes) return this.#lose();
    this.#filling.length = this.#wholeBytes;
    return this.#filling;
  }

  /** The line is complete; it ended with a line feed. */
  commit(): void {
    this.#wholeBytes = this.#filling.length;
    this.lineCount++;
    if (this.#isBusy || this.#retry !== undefined) return;
    if (!this.#isScheduled) this.#schedule();
    else if (this.#wholeBytes >= this.#enoughBytes) this.#proceed();
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
    const lostLines = this.#unreportedLines + this.#countWaiting();
    if (lostLines > 0) this.#listener.onLost(lostLines);
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
    else if (!this.#isGone && this.bufferedBytes > 0) this.#send();
    else this.#onIdle?.();
  };

  #send(): void {
    if (this.#leaving.length === 0) this.#swap();
    this.#isBusy = true;
    const { bytes, length } = this.#leaving;
    this.#file.write(bytes.subarray(this.#writtenBytes, length), this.#onWritten);
  }

  #swap(): void {
    const full = this.#filling;
    full.length = this.#wholeBytes;
    this.#filling = this.#leaving;
    this.#leaving = full;
    this.#wholeBytes = 0;
  }

  readonly #onWritten = (error: NodeJS.ErrnoException | null, written: number): void => {
    this.#isBusy = false;
    if (error === null) this.#onTaken(written);
    else this.#onError(error);
    if (this.#mayWait) this.#schedule();
    else this.#proceed();
  };

  get #mayWait(): boolean {
    const isEnding = this.#onIdle !== undefined || this.#wantsReopen || this.#leaving.length > 0;
    return !isEnding && this.#wholeBytes > 0 && this.#wholeBytes < this.#enoughBytes;
  }

  /** A process that breaks off still has what came last; a reader that is slow is not waited for. */
  readonly #onExit = (): void => {
    if (this.#wholeBytes === 0 || this.#isFailing || this.#isGone || this.#unreportedLines > 0) return;
    try {
      this.#file.writeNow(this.#filling.bytes.subarray(0, this.#wholeBytes));
    } catch {
      // nobody is left to be told
    }
  };

  #onTaken(written: number): void {
    this.#writtenBytes += written;
    if (this.#writtenBytes === this.#leaving.length) this.#empty();
    // not at the first free byte: one report for a time of trouble, not one a line
    const isRelieved = this.bufferedBytes * 2 <= this.#limits.maxBufferedBytes;
    if (!isRelieved || (!this.#isFailing && this.#unreportedLines === 0)) return;
    this.#isFailing = false;
    this.#listener.onRecovered(this.#unreportedLines);
    this.#unreportedLines = 0;
  }

  /** Memory that a time of trouble took is given back. */
  #empty(): void {
    this.#writtenBytes = 0;
    this.#leaving.length = 0;
    if (this.#leaving.bytes.length > enoughAtOnce * 4) this.#leaving = new LineBytes(firstCapacity);
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

  #lose(): undefined {
    this.#lost.value++;
    if (this.#unreportedLines++ === 0 && !this.isFailing) this.#listener.onLagging();
  }

  #countWaiting(): number {
    const leaving = this.#leaving.bytes.subarray(this.#writtenBytes, this.#leaving.length);
    return linesIn(leaving) + linesIn(this.#filling.bytes.subarray(0, this.#wholeBytes));
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

function linesIn(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte === lineFeed) count++;
  return count;
}
