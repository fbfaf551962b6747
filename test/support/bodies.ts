import type { GatewayError } from '../../core/errors.ts';
import type { FieldList } from '../../core/message/field-list.ts';
import { type BodyLength, CHUNKED } from '../../core/message/framing.ts';
import type { BodySink, BodySource } from '../../core/message/stream.ts';

/** A body whose pieces come when the test says so. */
export class ScriptedSource implements BodySource {
  readonly length: BodyLength;
  bytesRead = 0;
  isComplete = false;
  error: GatewayError | undefined = undefined;
  sink: BodySink | undefined;
  /** True while the sink has asked for a pause. */
  isPaused = false;

  constructor(length: BodyLength = CHUNKED) {
    this.length = length;
  }

  limit(): void {}

  pipe(sink: BodySink): void {
    this.sink = sink;
    sink.attach(this);
  }

  resume(): void {
    this.isPaused = false;
  }

  /** Lends the text, and overwrites it once the call has returned, as a socket does. */
  give(text: string): void {
    const lent = Buffer.from(text);
    this.bytesRead += lent.length;
    this.sink!.write(lent);
    lent.fill('!');
    this.isPaused = !this.sink!.flush();
  }

  end(trailers?: FieldList): void {
    this.isComplete = true;
    this.sink!.end(trailers);
    this.sink!.flush();
  }

  abort(error: GatewayError): void {
    this.isComplete = true;
    this.error = error;
    this.sink?.abort(error);
  }
}

/** Keeps what is written to it; takes no more while `isFull`. */
export class RecordingSink implements BodySink {
  readonly pieces: string[] = [];
  source: BodySource | undefined;
  trailers: FieldList | undefined;
  hasEnded = false;
  error: GatewayError | undefined;
  isFull = false;
  readonly #over: () => void;
  /** Resolves when the body has ended or broken off. */
  readonly over: Promise<void>;

  constructor() {
    let over = (): void => {};
    this.over = new Promise((resolve) => (over = resolve));
    this.#over = over;
  }

  get text(): string {
    return this.pieces.join('');
  }

  attach(source: BodySource): void {
    this.source = source;
  }

  write(bytes: Buffer): void {
    this.pieces.push(bytes.toString());
  }

  end(trailers: FieldList | undefined): void {
    this.hasEnded = true;
    this.trailers = trailers;
    this.#over();
  }

  abort(error: GatewayError): void {
    this.error = error;
    this.#over();
  }

  flush(): boolean {
    return !this.isFull;
  }
}
