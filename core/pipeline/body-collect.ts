import type { Duplex } from 'node:stream';
import { GatewayError } from '../errors.ts';
import type { BodySink, BodySource } from '../message/stream.ts';
import { pipeThrough } from './body-transform.ts';

/** Gathers a body in memory, up to a limit. */
class CollectingSink implements BodySink {
  readonly #chunks: Buffer[] = [];
  readonly #limitBytes: number;
  readonly #resolve: (bytes: Buffer) => void;
  readonly #reject: (error: GatewayError) => void;
  #length = 0;

  constructor(limitBytes: number, resolve: (bytes: Buffer) => void, reject: (error: GatewayError) => void) {
    this.#limitBytes = limitBytes;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  attach(): void {}

  write(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#length > this.#limitBytes) this.#reject(new GatewayError('body_limit_exceeded'));
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
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const sink = new CollectingSink(limitBytes, resolve, reject);
    if (transforms.length > 0) pipeThrough(source, transforms, sink);
    else if (source === undefined) sink.end();
    else source.pipe(sink);
  });
}
