import { close, open, write, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const openFile = promisify(open);
const closeFile = promisify(close);
const standardOutput = 1;

/** Called with the error, or with how many of the bytes were written. */
export type Written = (error: NodeJS.ErrnoException | null, bytes: number) => void;

/** Where lines are appended. */
export interface LineFile {
  /** Opens it; a second time anew, so that a rotated one is left. A failure leaves it as it was. */
  open(): Promise<void>;
  /** Appends some or all of the bytes; one call at a time, and none while it is being opened. */
  write(bytes: Buffer, written: Written): void;
  /** Appends the bytes before it returns, for the very end of the process. */
  writeNow(bytes: Buffer): void;
  close(): Promise<void>;
}

/** A file at a path; its folder is made when it is missing. */
export class PathFile implements LineFile {
  readonly #path: string;
  #descriptor: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async open(): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    const descriptor = await openFile(this.#path, 'a');
    await this.close();
    this.#descriptor = descriptor;
  }

  write(bytes: Buffer, written: Written): void {
    write(this.#descriptor!, bytes, 0, bytes.length, null, written);
  }

  writeNow(bytes: Buffer): void {
    writeSync(this.#descriptor!, bytes);
  }

  async close(): Promise<void> {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) await closeFile(descriptor);
  }
}

/** Standard output, which stays open. */
export const standardFile: LineFile = {
  open: () => Promise.resolve(),
  write: (bytes, written) => write(standardOutput, bytes, 0, bytes.length, null, written),
  writeNow: (bytes) => void writeSync(standardOutput, bytes),
  close: () => Promise.resolve(),
};
