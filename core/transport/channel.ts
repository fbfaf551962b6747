import type { Socket, TcpSocketConnectOpts } from 'node:net';
import { bytesTakenFrom } from './bytes-taken.ts';
import { beginRead, endRead } from './clock.ts';
import { releaseBlock, sharedBlock } from './read-blocks.ts';
import { ReadMemory } from './read-memory.ts';
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

const ownChannel = Symbol('channel');

interface AttachedSocket extends Socket {
  [ownChannel]: Channel;
}

// listeners for all sockets find the channel by its socket: closures would cost every idle connection a quarter of a KB
function onEnd(this: AttachedSocket): void {
  this[ownChannel].onEnd();
}
function onDrain(this: AttachedSocket): void {
  this[ownChannel].onDrain();
}
function onError(this: AttachedSocket, error: Error): void {
  this[ownChannel].onError(error);
}
function onClose(this: AttachedSocket): void {
  this[ownChannel].onClose();
}

/** The channel whose read is being dispatched: its block holds the bytes that are lent right now. */
let reading: Channel | undefined;

/**
 * One socket: reads into reused memory, writes text and bytes with as few system calls as their order allows, and
 * never throws. An error is remembered and reported with `onClose`.
 */
export class Channel {
  socket!: Socket;
  #listener: ChannelListener;
  /** Undefined while its reads go to the block that all share. */
  #memory: ReadMemory | undefined;
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
    this.#memory = isSharing ? undefined : new ReadMemory(false);
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
    (socket as AttachedSocket)[ownChannel] = this;
    socket.on('end', onEnd);
    socket.on('drain', onDrain);
    socket.on('error', onError);
    socket.on('close', onClose);
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
    const lender = reading === undefined ? undefined : reading.#memory;
    if (lender?.isTakenByOther(this, bytes) === true || bytes.buffer === sharedBlock.buffer) {
      this.socket.write(Buffer.from(bytes));
      return;
    }
    const isSealed = this.#isEncrypted && this.socket.writableLength === 0; // TLS makes a record of it at once
    this.socket.write(bytes);
    const block = isSealed || this.socket.writableLength === 0 ? undefined : lender?.leaveTo(this, bytes);
    if (block !== undefined) (this.#pendingBlocks ??= []).push(block);
  }

  /** Collects the writes that follow into one system call, until `uncork`. */
  cork(): void {
    this.#wasIdle = this.socket.writableLength === 0;
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
    const hasLeft = this.socket.writableLength === 0 || (this.#isEncrypted && this.#wasIdle);
    if (!hasLeft || reading === undefined) return;
    if (reading.#memory?.takeBack(this) === true) this.#pendingBlocks!.pop();
  }

  /** A long body begins (or ended): reads go to a large block of this channel alone from the next one on. */
  set isBulk(isBulk: boolean) {
    if (isBulk) (this.#memory ??= new ReadMemory(true)).isBulk = true;
    else if (this.#memory !== undefined) this.#memory.isBulk = false;
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
    if (this.socket.writableLength > 0) this.socket.once('finish', () => this.onDrain());
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

  get #block(): Buffer {
    return this.#memory?.block ?? sharedBlock;
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
    const memory = this.#memory;
    if (memory === undefined) return undefined;
    const block = memory.next();
    if (memory.isShared) this.#memory = undefined;
    return block;
  }

  /** For the socket: the peer writes no more. libuv also tells a reset behind bytes so: then nobody is there any more. */
  onEnd(): void {
    const { localAddress, remoteAddress, writableEnded } = this.socket;
    if (!writableEnded && localAddress !== undefined && remoteAddress === undefined)
      this.socket.destroy(connectionReset);
    else this.#listener.onEnd();
  }

  /** For the socket: everything written has left. */
  onDrain(): void {
    if (this.#pendingBlocks !== undefined) {
      for (const block of this.#pendingBlocks) releaseBlock(block);
      this.#pendingBlocks = undefined;
    }
    this.#listener.onDrain();
  }

  /** For the socket: what will be told when it is gone. */
  onError(error: Error): void {
    this.#error ??= error;
  }

  /** For the socket: it is gone. */
  onClose(): void {
    this.#memory?.release();
    this.#memory = undefined;
    this.#listener.onClose(this.#error);
  }
}
