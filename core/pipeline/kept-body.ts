import type { GatewayError } from '../errors.ts';
import type { FieldList } from '../message/field-list.ts';
import type { BodyLength } from '../message/framing.ts';
import type { BodySink, BodySource } from '../message/stream.ts';

/**
 * Passes a body on and keeps a copy of it, up to a limit, to send it again to another sink. What is longer is only
 * passed on.
 */
export class KeptBody implements BodySource, BodySink {
  readonly #source: BodySource;
  readonly #limitBytes: number;
  #chunks: Buffer[] | undefined = [];
  #keptBytes = 0;
  #sink: BodySink | undefined;
  #hasStarted = false;
  #isHeld = false;
  #trailers: FieldList | undefined;

  constructor(source: BodySource, limitBytes: number) {
    this.#source = source;
    this.#limitBytes = limitBytes;
  }

  /** Everything that was passed on is at hand. */
  get isWhole(): boolean {
    return this.#chunks !== undefined;
  }

  get length(): BodyLength {
    return this.#source.length;
  }

  get bytesRead(): number {
    return this.#source.bytesRead;
  }

  get isComplete(): boolean {
    return this.#source.isComplete;
  }

  get error(): GatewayError | undefined {
    return this.#source.error;
  }

  limit(maxBytes: number): void {
    this.#source.limit(maxBytes);
  }

  /** Nobody takes it for now: the sender pauses, and nothing that was kept is given up. */
  hold(): void {
    this.#isHeld = true;
    this.#sink = undefined;
  }

  /** Sends what was kept, and what follows; again only while it is whole. */
  pipe(sink: BodySink): void {
    this.#isHeld = false;
    this.#sink = sink;
    sink.attach(this);
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      this.#source.pipe(this);
      return;
    }
    for (const chunk of this.#chunks ?? []) sink.write(chunk);
    if (!this.isComplete) {
      if (sink.flush()) this.#source.resume();
    } else if (this.error !== undefined) sink.abort(this.error);
    else {
      sink.end(this.#trailers);
      sink.flush();
    }
  }

  resume(): void {
    this.#source.resume();
  }

  attach(): void {}

  write(bytes: Buffer): void {
    this.#keep(bytes);
    this.#sink?.write(bytes);
  }

  end(trailers: FieldList | undefined): void {
    this.#trailers = trailers;
    this.#sink?.end(trailers);
  }

  abort(error: GatewayError): void {
    this.#sink?.abort(error);
  }

  flush(): boolean {
    return this.#sink?.flush() === true;
  }

  /** While it is held, what was under way already may go beyond the limit. */
  #keep(bytes: Buffer): void {
    if (this.#chunks === undefined) return;
    this.#keptBytes += bytes.length;
    if (this.#keptBytes <= this.#limitBytes || this.#isHeld) this.#chunks.push(Buffer.from(bytes));
    else this.#chunks = undefined;
  }
}
