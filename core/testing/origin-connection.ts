import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { resetSocket } from '../transport/reset.ts';
import { declaredLength, fieldOf, MessageReader } from './message-reader.ts';
import type { WireFields, WireHead, WireMessage } from './message-reader.ts';
import { bytesOf, endingOf, type OriginAnswer } from './origin-answer.ts';
import type { Waiting } from './waiting.ts';

/** A request as an origin got it. */
export class OriginRequest {
  readonly method: string;
  readonly target: string;
  /** First line as it came. */
  readonly startLine: string;
  readonly headers: WireFields;
  readonly connection: OriginConnection;
  #message: WireMessage | undefined;
  readonly #waiting: Waiting;

  constructor(head: WireHead, connection: OriginConnection, waiting: Waiting) {
    const [method = '', target = ''] = head.startLine.split(' ');
    this.method = method;
    this.target = target;
    this.startLine = head.startLine;
    this.headers = head.headers;
    this.connection = connection;
    this.#waiting = waiting;
  }

  /** The values of a field, any case, joined by commas; undefined when absent. */
  header(name: string): string | undefined {
    return fieldOf(this.headers, name);
  }

  /** True when its body has come to its end. */
  get isComplete(): boolean {
    return this.#message !== undefined;
  }

  /** Resolves when its body has come to its end. */
  async completed(): Promise<OriginRequest> {
    await this.#waiting.until(`the end of ${this.startLine}`, () => this.isComplete);
    return this;
  }

  /** Its body without chunks; empty until it is complete. */
  get body(): Buffer {
    return this.#message?.body ?? Buffer.alloc(0);
  }

  /** Its body as UTF-8. */
  get text(): string {
    return this.body.toString();
  }

  get trailers(): WireFields {
    return this.#message?.trailers ?? [];
  }

  /** All of its bytes; empty until it is complete. */
  get raw(): Buffer {
    return this.#message?.raw ?? Buffer.alloc(0);
  }

  /** For the connection: the body has come to its end. */
  complete(message: WireMessage): void {
    this.#message = message;
  }
}

/** What a script gives for a request: an answer, now or later, or nothing when it writes to the connection itself. */
export type Reply = OriginAnswer | undefined | void | Promise<OriginAnswer | undefined | void>;

/** What a connection needs of its origin. */
export interface OriginOwner {
  readonly waiting: Waiting;
  onRequest(request: OriginRequest): void;
  replyTo(request: OriginRequest): Reply;
}

/** One connection to a scripted origin. */
export class OriginConnection {
  readonly socket: Socket;
  readonly requests: OriginRequest[] = [];
  /** True when the other side has ended its direction. */
  hasEnded = false;
  /** True when the connection is gone. */
  isClosed = false;
  /** True when the other side reset it. */
  wasReset = false;
  readonly #owner: OriginOwner;
  readonly #received: Buffer[] = [];
  readonly #reader = new MessageReader(({ headers }) => declaredLength(headers, 0));
  #current: OriginRequest | undefined;
  #answered = Promise.resolve();
  #isTakenOver = false;

  constructor(socket: Socket, owner: OriginOwner) {
    this.socket = socket;
    this.#owner = owner;
    socket.on('data', (bytes: Buffer) => this.#onBytes(bytes));
    socket.on('error', () => (this.wasReset = true));
    socket.on('end', () => {
      this.hasEnded = true;
      // libuv tells a reset that came right behind bytes as an end; what is left of it is a socket without a peer
      if (!socket.writableEnded && socket.remoteAddress === undefined) this.wasReset = true;
      // a client that goes away is let go, also while an answer is due
      if (!this.#isTakenOver) socket.end();
      owner.waiting.check();
    });
    socket.on('close', () => {
      this.isClosed = true;
      owner.waiting.check();
    });
  }

  /** Everything that came so far, or until `takeOver`. */
  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  /** Writes bytes now; text stands for one byte per character. */
  write(bytes: string | Uint8Array): void {
    if (this.socket.writable)
      this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Sends no more; reading goes on. */
  end(): void {
    this.socket.end();
  }

  /** Breaks the connection off with a reset. */
  reset(): void {
    resetSocket(this.socket);
  }

  /** Leaves HTTP, as after a 101: bytes are read from `socket`, also those that came already. */
  takeOver(): Socket {
    this.#isTakenOver = true;
    this.socket.removeAllListeners('data');
    this.socket.pause();
    const rest = this.#reader.rest;
    if (rest.length > 0) this.socket.unshift(rest);
    return this.socket;
  }

  /** Resolves when the connection is gone. */
  async closed(): Promise<void> {
    await this.#owner.waiting.until('the end of a connection', () => this.isClosed);
  }

  #onBytes(bytes: Buffer): void {
    this.#received.push(bytes);
    this.#reader.push(bytes);
    while (!this.#isTakenOver && this.#readRequest()) continue;
    this.#owner.waiting.check();
  }

  /** True when a request is complete and another may follow in the same bytes. */
  #readRequest(): boolean {
    const { head } = this.#reader;
    if (head === undefined) return false;
    if (this.#current === undefined) this.#begin(new OriginRequest(head, this, this.#owner.waiting));
    const request = this.#current!;
    const message = this.#isTakenOver ? undefined : this.#reader.next();
    if (message === undefined) return false;
    this.#current = undefined;
    request.complete(message);
    return true;
  }

  #begin(request: OriginRequest): void {
    this.#current = request;
    this.requests.push(request);
    this.#owner.onRequest(request);
    // answers leave in the order of the requests
    this.#answered = this.#answered
      .then(() => this.#answer(request))
      .catch(() => {
        this.socket.destroy();
      });
  }

  async #answer(request: OriginRequest): Promise<void> {
    const answer = await this.#owner.replyTo(request);
    if (answer === undefined) return;
    if (answer.isEarly !== true) await request.completed();
    await answer.after;
    const bytes = bytesOf(answer, request.method).subarray(0, answer.cutAt);
    if (answer.drip === undefined) this.write(bytes);
    else await this.#drip(bytes, answer.drip);
    const ending = endingOf(answer);
    if (ending === 'close') this.socket.end();
    else if (ending === 'reset') this.#resetWhenSent();
  }

  async #drip(bytes: Buffer, { bytes: size, everyMs }: NonNullable<OriginAnswer['drip']>): Promise<void> {
    for (let at = 0; at < bytes.length && !this.isClosed; at += size) {
      if (at > 0) await pause(everyMs);
      this.write(bytes.subarray(at, at + size));
    }
  }

  /** A reset throws away what the other side has not read: it follows when the bytes have left. */
  #resetWhenSent(): void {
    if (this.socket.writableLength === 0) this.reset();
    else this.socket.once('drain', () => this.reset());
  }
}
