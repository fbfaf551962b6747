import { close, constants, fstatSync, open, stat, write, writeSync } from 'node:fs';
import { mkdir, open as openHandle } from 'node:fs/promises';
import { Socket } from 'node:net';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const openFile = promisify(open);
const closeFile = promisify(close);
const statFile = promisify(stat);
const standardOutput = 1;
const { O_NONBLOCK, O_RDWR, O_WRONLY } = constants;

/** Called with the error, or with how many of the bytes were written. */
export type Written = (error: NodeJS.ErrnoException | null, bytes: number) => void;

/** Where lines are appended. */
export interface LineFile {
  /** What people call it. */
  readonly name: string;
  /** Opens it; a second time anew, so that a rotated one is left. A failure leaves it as it was. */
  open(): Promise<void>;
  /** One call at a time. */
  write(bytes: Buffer, written: Written): void;
  /** Waits for the bytes to be written; for the end of the process. */
  writeNow(bytes: Buffer): void;
  close(): Promise<void>;
}

/** What an open file descriptor is written by. */
interface Descriptor {
  write(bytes: Buffer, written: Written): void;
  writeNow(bytes: Buffer): void;
  close(): Promise<void>;
}

/** A file on a disk: a thread waits for it. */
class DiskDescriptor implements Descriptor {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(bytes: Buffer, written: Written): void {
    write(this.#fd, bytes, 0, bytes.length, null, written);
  }

  writeNow(bytes: Buffer): void {
    writeSync(this.#fd, bytes);
  }

  close(): Promise<void> {
    return closeFile(this.#fd);
  }
}

/** A pipe: no thread may wait for its reader, who may never read, so the event loop does. */
class PipeDescriptor implements Descriptor {
  readonly #fd: number;
  readonly #socket: Socket;

  constructor(fd: number) {
    this.#fd = fd;
    this.#socket = new Socket({ fd, readable: false, writable: true });
    this.#socket.on('error', () => {}); // told to who wrote
    this.#socket.unref();
  }

  write(bytes: Buffer, written: Written): void {
    this.#socket.write(bytes, (error) => written(error ?? null, error ? 0 : bytes.length));
  }

  writeNow(bytes: Buffer): void {
    writeSync(this.#fd, bytes);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#socket.destroy();
    });
  }
}

/** A process that was killed may have left half a line, which is ended, so that the next one stands by itself. */
async function endLastLine(path: string): Promise<void> {
  const file = await openHandle(path, 'a+');
  try {
    const { size } = await file.stat();
    if (size === 0) return;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    if (buffer[0] !== 0x0a) await file.write('\n');
  } finally {
    await file.close();
  }
}

/** Opens for appending. A pipe is opened for reading, too: it needs no reader then, and outlives the one that it has. */
async function openDescriptor(path: string): Promise<Descriptor> {
  const stats = await statFile(path).catch(() => undefined);
  if (stats?.isFile() === true) await endLastLine(path);
  if (stats?.isFIFO() === true) return new PipeDescriptor(await openFile(path, O_RDWR | O_NONBLOCK));
  return new DiskDescriptor(await openFile(path, 'a'));
}

/** A file by its path; its folder is made if there is none. */
export class PathFile implements LineFile {
  readonly name: string;
  #descriptor: Descriptor | undefined;

  constructor(path: string) {
    this.name = path;
  }

  async open(): Promise<void> {
    await mkdir(dirname(this.name), { recursive: true });
    const descriptor = await openDescriptor(this.name);
    await this.close();
    this.#descriptor = descriptor;
  }

  write(bytes: Buffer, written: Written): void {
    this.#descriptor!.write(bytes, written);
  }

  writeNow(bytes: Buffer): void {
    this.#descriptor!.writeNow(bytes);
  }

  async close(): Promise<void> {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    await descriptor?.close();
  }
}

/** A pipe is opened anew where that can be done, so that nobody else finds it changed to one that does not block. */
async function openStandardOutput(): Promise<Descriptor> {
  const stats = fstatSync(standardOutput);
  if (!stats.isFIFO() && !stats.isSocket()) return new DiskDescriptor(standardOutput);
  const own = `/proc/self/fd/${standardOutput}`;
  const fd = await openFile(own, O_WRONLY | O_NONBLOCK).catch(() => standardOutput);
  return new PipeDescriptor(fd);
}

let standardDescriptor: Promise<Descriptor> | undefined;

/** Standard output: opened once for all, and never closed. */
export class StandardOutput implements LineFile {
  readonly name = 'standard output';
  #descriptor: Descriptor | undefined;

  async open(): Promise<void> {
    this.#descriptor = await (standardDescriptor ??= openStandardOutput());
  }

  write(bytes: Buffer, written: Written): void {
    this.#descriptor!.write(bytes, written);
  }

  writeNow(bytes: Buffer): void {
    this.#descriptor!.writeNow(bytes);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
