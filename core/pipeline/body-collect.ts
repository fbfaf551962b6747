import type { Duplex } from 'node:stream';
import { type ErrorCode, GatewayError } from '../errors.ts';
import type { BodySink, BodySource } from '../message/stream.ts';
import { pipeThrough } from './body-transform.ts';

/** Gathers a body in memory, up to a limit. */
class CollectingSink implements BodySink {
  readonly #chunks: Buffer[] = [];
  readonly #limitBytes: number;
  readonly #resolve: (bytes: Buffer) => void;
  readonly #reject: (error: GatewayError) => void;
  #length = 0;

  readonly #tooLarge: ErrorCode;

  constructor(
    limitBytes: number,
    tooLarge: ErrorCode,
    resolve: (bytes: Buffer) => void,
    reject: (error: GatewayError) => void,
  ) {
    this.#tooLarge = tooLarge;
    this.#limitBytes = limitBytes;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  attach(): void {}

  write(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#length > this.#limitBytes) this.#reject(new GatewayError(this.#tooLarge));
    else this.#chunks.push(Buffer.from(bytes)); // lent bytes are gone after this call
  }

  end(): void {
    if (this.#length <= this.#limitBytes) this.#resolve(Buffer.concat(this.#chunks));
  }

  abort(error: GatewayError): void {
    this.#reject(error);
  }

  /** Beyond the limit nothing more is taken: the source stays paused. */
  flush(): boolean {
    return this.#length <= this.#limitBytes;
  }
}

/** Reads a body, through transforms if there are any, into one buffer. */
export function collect(
  source: BodySource | undefined,
  transforms: Duplex[],
  limitBytes: number,
  tooLarge: ErrorCode,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const sink = new CollectingSink(limitBytes, tooLarge, resolve, reject);
    if (transforms.length > 0) pipeThrough(source, transforms, sink);
    else if (source === undefined) sink.end();
    else source.pipe(sink);
  });
}
