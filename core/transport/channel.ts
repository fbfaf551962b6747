import type { Socket, TcpSocketConnectOpts } from 'node:net';
import { bytesTakenFrom } from './bytes-taken.ts';
import { beginRead, endRead } from './clock.ts';
import { largeBlockBytes, releaseBlock, sharedBlock, takeBlock } from './read-blocks.ts';
import { resetSocket } from './reset.ts';

/** What a channel tells its owner. Bytes are lent: they are overwritten once the call has returned. */
export interface ChannelListener {
  onBytes(bytes: Buffer, length: number): void;
  /** The peer writes no more. */
  onEnd(): void;
  /** Everything written has reached the kernel. */
  onDrain(): void;
  /** The socket is gone; told exactly once. */
  onClose(error: Error | undefined): void;
}

/** One for all: destroying a socket with an error has its stack written out, which costs more than the rest. */
const connectionReset = new Error('read ECONNRESET');

/** The channel whose read is being dispatched: its block holds the bytes that are lent right now. */
let reading: Channel | undefined;

/**
 * One socket: reads into reused memory, writes text and bytes with as few system calls as their order allows, and
 * never throws. An error is remembered and reported with `onClose`.
 */
export class Channel {
  socket!: Socket;
  #listener: ChannelListener;
  readonly #isSharing: boolean;
  #block: Buffer;
  #isBulk = false;
  #isLagging = false;
  /** The writer whose pending writes still point into the block. */
  #blockTakenBy: Channel | undefined;
  #hasRead = false;
  #isEncrypted = false;
  /** Nothing was waiting when the socket was corked: all leaves it when it is uncorked. */
  #wasIdle = false;
  #pendingBlocks: Buffer[] | undefined;
  #error: Error | undefined;
  bytesRead = 0;

  /** `isSharing`: short reads go to memory that all such channels share, for the many that are idle. */
  constructor(listener: ChannelListener, isSharing: boolean) {
    this.#listener = listener;
    this.#isSharing = isSharing;
    this.#block = isSharing ? sharedBlock : takeBlock(false);
  }

  /** Options that make a socket read into the memory of this channel; give it to `attach` at once. */
  get readOptions(): NonNullable<TcpSocketConnectOpts['onread']> {
    return {
      // asked for the block when a handle is made and after every read; then undefined keeps the block
      buffer: () => (this.#hasRead ? (this.#nextBlock() as Buffer) : this.#block),
      callback: (length: number) => this.#dispatch(this.#block, length),
    };
  }

  /** Takes over a socket that was made with `readOptions`, or (`usesEvents`) any other kind of socket. */
  attach(socket: Socket, usesEvents = false): void {
    this.socket = socket;
    this.#isEncrypted = 'encrypted' in socket;
    if (usesEvents) socket.on('data', (bytes: Buffer) => this.#dispatchOwned(bytes));
    socket.on('end', () => this.#onEnd());
    socket.on('drain', () => this.#onDrain());
    socket.on('error', (error) => {
      this.#error ??= error;
    });
    socket.on('close', () => this.#listener.onClose(this.#error));
  }

  /** Hands the socket to another owner, as after a protocol switch. */
  set listener(listener: ChannelListener) {
    this.#listener = listener;
  }

  get isDestroyed(): boolean {
    return this.socket.destroyed;
  }

  /** True while the receiver lags behind by more than the socket's high-water mark. */
  get isBacklogged(): boolean {
    return this.socket.writableNeedDrain && this.socket.writableLength > 0;
  }

  /** Bytes written that the kernel has not taken yet. */
  get pendingBytes(): number {
    return this.socket.writableLength;
  }

  /** Bytes that the kernel has taken since the start; rises while the peer reads, however slowly. */
  get bytesTaken(): number {
    return bytesTakenFrom(this.socket);
  }

  /** Writes text whose characters are single bytes. */
  writeText(text: string): void {
    if (this.socket.writable) this.socket.write(text, 'latin1');
  }

  /** Writes bytes, also lent ones: what cannot leave at once is copied or its block kept. */
  writeBytes(bytes: Buffer): void {
    if (!this.socket.writable) return;
    const isTaken = reading !== undefined && reading.#isTakenByOther(this, bytes);
    if (isTaken || bytes.buffer === sharedBlock.buffer) {
      this.socket.write(Buffer.from(bytes));
      return;
    }
    const isSealed = this.#isEncrypted && this.socket.writableLength === 0; // TLS makes a record of it at once
    this.socket.write(bytes);
    if (!isSealed && this.socket.writableLength > 0 && reading !== undefined)
      reading.#keepBlockFor(this, bytes);
  }

  /** Collects the writes that follow into one system call, until `uncork`. */
  cork(): void {
    this.#wasIdle = this.socket.writableLength === 0;
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
    const hasLeft = this.socket.writableLength === 0 || (this.#isEncrypted && this.#wasIdle);
    if (hasLeft && reading !== undefined) reading.#takeBackBlock(this);
  }

  /** A long body begins (or ended): reads go to a large block of this channel alone from the next one on. */
  set isBulk(isBulk: boolean) {
    this.#isBulk = isBulk;
    if (!isBulk) this.#isLagging = false;
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Writes no more; what is pending still leaves. */
  end(): void {
    if (!this.socket.writable) return;
    if (this.socket.writableLength > 0) this.socket.once('finish', () => this.#onDrain());
    this.socket.end();
  }

  /** Closes a channel on which nothing is pending; a peer with TLS is told so (RFC 8446 6.1). */
  close(): void {
    if (this.#isEncrypted) this.socket.destroySoon();
    else this.socket.destroy();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Ends with a reset, so that the peer cannot take what it got for complete. */
  reset(): void {
    if (this.socket.destroyed) return;
    if (this.#isEncrypted)
      this.socket.destroy(); // without close_notify: RFC 8446 6.1
    else resetSocket(this.socket);
  }

  #dispatch(block: Buffer, length: number): boolean {
    reading = this;
    beginRead();
    this.bytesRead += length;
    try {
      this.#listener.onBytes(block, length);
    } finally {
      endRead();
      reading = undefined;
      this.#hasRead = true;
    }
    // pausing inside a read works by pause(): it stops the handle itself
    return true;
  }

  #dispatchOwned(bytes: Buffer): void {
    beginRead();
    this.bytesRead += bytes.length;
    try {
      this.#listener.onBytes(bytes, bytes.length);
    } finally {
      endRead();
    }
  }

  #nextBlock(): Buffer | undefined {
    this.#hasRead = false;
    const isLarge = this.#isBulk && !this.#isLagging;
    const mayShare = this.#isSharing && !this.#isBulk;
    const fits = mayShare
      ? this.#block === sharedBlock
      : this.#block !== sharedBlock && isLarge === this.#isLarge;
    if (fits && this.#blockTakenBy === undefined) return undefined;
    if (this.#block !== sharedBlock && this.#blockTakenBy === undefined) releaseBlock(this.#block);
    this.#blockTakenBy = undefined;
    this.#block = mayShare ? sharedBlock : takeBlock(isLarge);
    return this.#block;
  }

  get #isLarge(): boolean {
    return this.#block.length === largeBlockBytes;
  }

  #keepBlockFor(writer: Channel, bytes: Buffer): void {
    if (bytes.buffer !== this.#block.buffer) return;
    if (this.#blockTakenBy !== undefined) return;
    this.#blockTakenBy = writer;
    this.#isLagging = true; // a slow receiver holds what it was given: smaller pieces for it
    (writer.#pendingBlocks ??= []).push(this.#block);
  }

  /** One block serves one pending writer: a second one, as behind a pipelined response, gets a copy. */
  #isTakenByOther(writer: Channel, bytes: Buffer): boolean {
    return (
      this.#blockTakenBy !== undefined && this.#blockTakenBy !== writer && bytes.buffer === this.#block.buffer
    );
  }

  /** What was written from the block has left after all. */
  #takeBackBlock(writer: Channel): void {
    if (this.#blockTakenBy !== writer) return;
    writer.#pendingBlocks!.pop();
    this.#blockTakenBy = undefined;
    this.#isLagging = false;
  }

  /** libuv tells a reset that came right behind bytes as an end: then nobody is on the other side any more. */
  #onEnd(): void {
    const { localAddress, remoteAddress, writableEnded } = this.socket;
    if (!writableEnded && localAddress !== undefined && remoteAddress === undefined)
      this.socket.destroy(connectionReset);
    else this.#listener.onEnd();
  }

  #onDrain(): void {
    if (this.#pendingBlocks !== undefined) {
      for (const block of this.#pendingBlocks) releaseBlock(block);
      this.#pendingBlocks = undefined;
    }
    this.#listener.onDrain();
  }
}
