import { type Duplex, pipeline } from 'node:stream';
import { GatewayError } from '../errors.ts';
import type { BodySink, BodySource } from '../message/stream.ts';

function asGatewayError(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  return new GatewayError('plugin_failed', 'A body transform failed.', { cause });
}

function asBytes(chunk: unknown): Buffer | undefined {
  if (Buffer.isBuffer(chunk)) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  return chunk instanceof Uint8Array ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : undefined;
}

type Written = (...input: unknown[]) => void;

/**
 * Makes what a stream's own code throws an error of the stream. Node.js lets it escape to whoever writes, which for a
 * chunk that had to wait is the event loop.
 */
export function containThrows(stream: Duplex): void {
  const methods = stream as unknown as Record<'_write' | '_writev', Written | null | undefined>;
  for (const name of ['_write', '_writev'] as const) {
    const own = methods[name];
    if (typeof own !== 'function') continue;
    methods[name] = (...input) => {
      try {
        own.apply(stream, input);
      } catch (error) {
        stream.destroy(error as Error);
      }
    };
  }
}

/** Feeds a Node stream from a body source. */
class StreamSink implements BodySink {
  readonly #stream: Duplex;

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  attach(source: BodySource): void {
    this.#stream.on('drain', () => source.resume());
  }

  write(bytes: Buffer): void {
    if (!this.#stream.destroyed) this.#stream.write(Buffer.from(bytes)); // lent bytes are gone after this call
  }

  end(): void {
    if (!this.#stream.destroyed) this.#stream.end();
  }

  abort(error: GatewayError): void {
    this.#stream.destroy(error);
  }

  flush(): boolean {
    return !this.#stream.writableNeedDrain;
  }
}

/** Hands what a Node stream gives to a sink; as a source it lets the sink ask for more. */
class StreamSource implements BodySource {
  readonly #stream: Duplex;
  readonly length = -1;
  readonly error = undefined;
  bytesRead = 0;
  isComplete = false;

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  limit(): void {}

  pipe(sink: BodySink): void {
    const stream = this.#stream;
    sink.attach(this);
    stream.on('data', (chunk: unknown) => {
      const bytes = asBytes(chunk);
      if (bytes === undefined) {
        stream.destroy(new TypeError('A body transform gives bytes or text, nothing else.'));
        return;
      }
      this.bytesRead += bytes.length;
      sink.write(bytes);
      if (!sink.flush()) stream.pause();
    });
    stream.on('end', () => {
      this.isComplete = true;
      sink.end(undefined);
    });
    stream.on('error', (error) => sink.abort(asGatewayError(error)));
    stream.on('close', () => {
      if (!this.isComplete && stream.errored === null)
        sink.abort(asGatewayError(new Error('The stream was closed.')));
    });
  }

  resume(): void {
    this.#stream.resume();
  }
}

/** Sends a body through Node streams, one behind the other; an error in any ends all and aborts the sink. */
export function pipeThrough(source: BodySource | undefined, transforms: Duplex[], sink: BodySink): void {
  const first = transforms[0]!;
  // an error of one ends all; the last one tells the sink
  if (transforms.length > 1) pipeline(transforms, () => {});
  new StreamSource(transforms.at(-1)!).pipe(sink);
  const feeding = new StreamSink(first);
  if (source === undefined) feeding.end();
  else source.pipe(feeding);
}
