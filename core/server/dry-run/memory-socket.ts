import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { Channel, type ChannelListener } from '../../transport/channel.ts';

/** Stands in for a socket: what is written is kept, and what the peer says is put in by hand. */
export class MemorySocket extends Duplex {
  readonly #onWritten: (socket: MemorySocket) => void;
  #written: Buffer[] = [];

  constructor(onWritten: (socket: MemorySocket) => void) {
    super({ allowHalfOpen: true });
    this.#onWritten = onWritten;
  }

  /** Everything written so far. */
  get written(): Buffer {
    return Buffer.concat(this.#written);
  }

  /** The peer sends these bytes. */
  receive(bytes: Buffer): void {
    this.push(bytes);
  }

  /** The name under which a channel resets a real socket. */
  resetAndDestroy(): void {
    this.destroy();
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#written.push(Buffer.from(bytes));
    done();
    this.#onWritten(this);
  }
}

/** Opens a channel over it. */
export function memoryChannel(socket: MemorySocket, listener: ChannelListener): Channel {
  const channel = new Channel(listener, false);
  channel.attach(socket as unknown as Socket, true);
  return channel;
}
