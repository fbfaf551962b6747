import { GatewayError } from '../errors.ts';
import type { BodySink, BodySource } from '../message/stream.ts';
import { type BodyLength, CHUNKED, UNTIL_CLOSE } from '../message/framing.ts';
import { ChunkedDecoder, type TrailerLimits } from './chunked-decoder.ts';

/** From here on a body is long enough that its connection should read into memory of its own. */
const bulkBytes = 65_536;

/** The connection that a body arrives on. */
export interface BodyOwner {
  /** The body can take bytes (again). */
  onBodyWanted(): void;
}

/** One body arriving on a connection: undoes the framing and lends the bytes to a sink, which may ask for a pause. */
export class IncomingBody implements BodySource {
  readonly length: BodyLength;
  readonly #owner: BodyOwner;
  readonly #decoder: ChunkedDecoder | undefined;
  #maxBytes: number;
  #sink: BodySink | undefined;
  #isPaused = false;
  bytesRead = 0;
  isComplete = false;
  error: GatewayError | undefined = undefined;

  /** @throws GatewayError `body_too_large` when the length is known and beyond the limit. */
  constructor(length: BodyLength, owner: BodyOwner, limits: TrailerLimits, maxBytes: number) {
    this.length = length;
    this.#owner = owner;
    this.#maxBytes = maxBytes;
    this.#decoder = length === CHUNKED ? new ChunkedDecoder(limits) : undefined;
    if (length > maxBytes) throw new GatewayError('body_too_large');
  }

  /** @throws GatewayError `body_too_large` when the length is known and beyond it. */
  limit(maxBytes: number): void {
    this.#maxBytes = Math.min(this.#maxBytes, maxBytes);
    if (Math.max(this.length, this.bytesRead) > maxBytes) throw new GatewayError('body_too_large');
  }

  /** True when bytes that arrive have somewhere to go. */
  get isFlowing(): boolean {
    return this.#sink !== undefined && !this.#isPaused && !this.isComplete;
  }

  /** True while so much is to come that a block of its own pays. */
  get isBulk(): boolean {
    if (this.isComplete) return false;
    if (this.length >= 0) return this.length - this.bytesRead >= bulkBytes;
    return this.bytesRead >= bulkBytes;
  }

  pipe(sink: BodySink): void {
    this.#sink = sink;
    this.#isPaused = false;
    sink.attach(this);
    if (this.error !== undefined) sink.abort(this.error);
    else if (this.isComplete) sink.end(this.#decoder?.trailers);
    else this.#owner.onBodyWanted();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#owner.onBodyWanted();
  }

  /** Takes what it can of `bytes[at, end)` and gives the index behind. Call only while it is flowing. */
  consume(bytes: Buffer, at: number, end: number): number {
    if (this.#decoder !== undefined) return this.#consumeChunks(this.#decoder, bytes, at, end);
    const remaining = this.length === UNTIL_CLOSE ? Infinity : this.length - this.bytesRead;
    const stop = end - at > remaining ? at + remaining : end;
    this.#deliver(bytes, at, stop);
    if (this.bytesRead === this.length) this.#complete();
    return stop;
  }

  /** No more bytes will come: completes a body that lasts until close; false when the body is cut short. */
  finish(): boolean {
    if (this.length === UNTIL_CLOSE && !this.isComplete) this.#complete();
    return this.isComplete;
  }

  /** The body will never be complete. */
  abort(error: GatewayError): void {
    if (this.isComplete) return;
    this.isComplete = true;
    this.error = error;
    this.#sink?.abort(error);
  }

  /** Lets the sink send what it was given, and pauses when it lags behind. */
  flush(): void {
    if (this.#sink !== undefined && !this.isComplete && !this.#sink.flush()) this.#isPaused = true;
  }

  #consumeChunks(decoder: ChunkedDecoder, bytes: Buffer, at: number, end: number): number {
    while (at < end && !decoder.isDone) {
      at = decoder.next(bytes, at, end);
      if (decoder.dataStart >= 0) this.#deliver(bytes, decoder.dataStart, at);
    }
    if (decoder.isDone && !this.isComplete) this.#complete();
    return at;
  }

  #deliver(bytes: Buffer, from: number, to: number): void {
    if (from === to) return;
    this.bytesRead += to - from;
    if (this.bytesRead > this.#maxBytes) throw new GatewayError('body_too_large');
    const whole = from === 0 && to === bytes.length;
    this.#sink!.write(whole ? bytes : bytes.subarray(from, to));
  }

  #complete(): void {
    this.isComplete = true;
    this.#sink?.end(this.#decoder?.trailers);
  }
}
