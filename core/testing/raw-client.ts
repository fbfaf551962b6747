import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { resetSocket } from '../transport/reset.ts';
import { declaredLength, fieldOf, MessageReader, type WireHead, type WireLength } from './message-reader.ts';
import type { WireFields, WireMessage } from './message-reader.ts';
import { Waiting } from './waiting.ts';

/** A response as it stood on the wire. */
export interface RawResponse {
  readonly status: number;
  readonly reason: string;
  readonly startLine: string;
  readonly headers: WireFields;
  /** The values of a field, any case, joined by commas; undefined when absent. */
  header(name: string): string | undefined;
  readonly body: Buffer;
  /** The body as UTF-8. */
  readonly text: string;
  readonly trailers: WireFields;
  /** Interim (1xx) responses that came before it. */
  readonly interim: readonly RawResponse[];
  /** All of its bytes, those of interim responses not included. */
  readonly raw: Buffer;
}

export interface ReadOptions {
  /** Method of the request: the response to HEAD has no body, the one to CONNECT none when it succeeds. */
  readonly to?: string;
}

function statusOf(head: WireHead): number {
  return Number(head.startLine.split(' ')[1]);
}

function lengthOf(head: WireHead, method: string): WireLength {
  const status = statusOf(head);
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return 0;
  if (method === 'CONNECT' && status < 300) return 0;
  return declaredLength(head.headers, 'until close');
}

function toResponse(message: WireMessage, interim: readonly RawResponse[]): RawResponse {
  const { startLine, headers, body, trailers, raw } = message;
  return {
    status: statusOf(message),
    reason: startLine.split(' ').slice(2).join(' '),
    startLine,
    headers,
    header: (name) => fieldOf(headers, name),
    body,
    text: body.toString(),
    trailers,
    interim,
    raw,
  };
}

/** A client that sends exactly the bytes it is told to. Text stands for one byte per character. */
export class RawClient {
  readonly socket: Socket;
  readonly #waiting = new Waiting();
  readonly #reader = new MessageReader((head) => lengthOf(head, this.#method));
  readonly #received: Buffer[] = [];
  #method = 'GET';
  #hasEnded = false;
  #error: Error | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#received.push(bytes);
      this.#reader.push(bytes);
      this.#waiting.check();
    });
    socket.on('error', (error) => (this.#error ??= error));
    socket.on('end', () => this.#onEnd());
    socket.on('close', () => this.#onEnd());
  }

  /** Connects to a port of this machine; rejects when the connection is refused. */
  static async connect(port: number, host = '127.0.0.1'): Promise<RawClient> {
    const socket = connect({ port, host, noDelay: true, allowHalfOpen: true });
    const client = new RawClient(socket);
    await once(socket, 'connect');
    return client;
  }

  /** Everything that came so far. */
  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  /** True when the other side ended or reset the connection. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** True when the other side reset the connection. */
  get wasReset(): boolean {
    return this.#error !== undefined;
  }

  send(bytes: string | Uint8Array): void {
    if (this.socket.writable)
      this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Sends pieces of `size` bytes, each of which the other side reads by itself. */
  async sendInPieces(bytes: string | Uint8Array, size = 1): Promise<void> {
    const all = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes);
    for (let at = 0; at < all.length; at += size) {
      this.send(all.subarray(at, at + size));
      // one turn of the event loop to write, one to read
      await nextTurn();
      await nextTurn();
    }
  }

  /**
   * The next response, with the interim ones before it.
   * Rejects when the connection ends first.
   */
  async readResponse({ to = 'GET' }: ReadOptions = {}): Promise<RawResponse> {
    const interim: RawResponse[] = [];
    for (;;) {
      const response = toResponse(await this.#readMessage(to), interim);
      if (response.status >= 200 || response.status === 101) return response;
      interim.push(response);
    }
  }

  /** One response, interim or final. */
  async readOne({ to = 'GET' }: ReadOptions = {}): Promise<RawResponse> {
    return toResponse(await this.#readMessage(to), []);
  }

  /** Resolves with everything received when the other side has ended or reset the connection. */
  async readUntilClose(): Promise<Buffer> {
    await this.#waiting.until('the end of the connection', () => this.#hasEnded);
    return this.received;
  }

  /** Resolves when at least that many bytes have come in all. */
  async waitForBytes(count: number): Promise<Buffer> {
    await this.#waiting.until(`${count} bytes`, () => this.socket.bytesRead >= count);
    return this.received;
  }

  /** Resolves when the text has come. */
  async waitForText(text: string): Promise<string> {
    await this.#waiting.until(JSON.stringify(text), () => this.received.includes(text, 0, 'latin1'));
    return this.received.toString('latin1');
  }

  /** Sends no more; reading goes on. */
  end(): void {
    this.socket.end();
  }

  /** Reads no more until `resume`, so that the other side's writes pile up. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Breaks the connection off with a reset. */
  reset(): void {
    resetSocket(this.socket);
  }

  close(): void {
    this.socket.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #onEnd(): void {
    // libuv tells a reset that came right behind bytes as an end; what is left of it is a socket without a peer
    const { writableEnded, remoteAddress } = this.socket;
    if (!this.#hasEnded && !writableEnded && remoteAddress === undefined)
      this.#error ??= new Error('ECONNRESET');
    this.#hasEnded = true;
    this.#waiting.check();
  }

  async #readMessage(method: string): Promise<WireMessage> {
    let message: WireMessage | undefined;
    this.#method = method;
    await this.#waiting.until('a response', () => {
      message ??= this.#reader.next(this.#hasEnded);
      return message !== undefined || this.#hasEnded;
    });
    if (message !== undefined) return message;
    const rest = JSON.stringify(this.#reader.rest.toString('latin1'));
    throw new Error(
      `The connection ${this.wasReset ? 'was reset' : 'ended'} before a whole response: ${rest}`,
    );
  }
}
