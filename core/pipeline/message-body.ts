import type { Duplex } from 'node:stream';
import { type ErrorCode, GatewayError } from '../errors.ts';
import { type BodyLength, CHUNKED } from '../message/framing.ts';
import type { BodySink, BodySource } from '../message/stream.ts';
import { collect } from './body-collect.ts';
import { containThrows, pipeThrough } from './body-transform.ts';
import { KeptBody } from './kept-body.ts';

/** What the body needs of the exchange it belongs to. */
export interface BodyContext {
  /** The plugin whose hook runs now, for messages. */
  readonly runningPlugin: string | undefined;
  /** A local reader begins: a client that waits for 100 (Continue) is told to go on. */
  onLocalRead(): void;
}

/** What plugins have done to a body. */
export interface BodyMarks {
  /** Bytes that a plugin put in its place; undefined when none did. */
  readonly replacement: Buffer | undefined;
  /** Streams that it will go through. */
  readonly transforms: number;
  readonly isRead: boolean;
}

/**
 * The body of a request or response, for plugins that want more than to let it pass.
 * It has one reader: who comes second gets a GatewayError `body_taken`. Transforms may be stacked.
 */
export class MessageBody {
  readonly #owner: BodyContext;
  readonly #tooLarge: ErrorCode;
  readonly #source: BodySource | undefined;
  #bytes: Buffer | undefined;
  #kept: KeptBody | undefined;
  #transforms: Duplex[] | undefined;
  #reader: string | undefined;
  #hasStarted = false;
  /** Why it cannot be sent any more: a part was read and thrown away. */
  #error: GatewayError | undefined;
  #isReplaced = false;
  #isTransformed = false;

  /** `tooLarge` is the failure of reading more than the limit, which depends on whose body it is. */
  constructor(
    source: BodySource | undefined,
    owner: BodyContext,
    bytes?: Buffer,
    tooLarge: ErrorCode = 'body_limit_exceeded',
  ) {
    this.#tooLarge = tooLarge;
    this.#source = source;
    this.#owner = owner;
    this.#bytes = bytes;
  }

  /** Bytes of the body if known now; undefined while only its end will tell. */
  get length(): number | undefined {
    const length = this.wireLength;
    return length < 0 ? undefined : length;
  }

  /** True when other bytes are sent than came. */
  get isReplaced(): boolean {
    return this.#isReplaced;
  }

  /** True when a plugin replaced, read or transforms the body. */
  get isTouched(): boolean {
    return this.#isReplaced || this.#isTransformed || this.#reader !== undefined;
  }

  /** What was done to it so far, to be compared with a later answer. */
  get marks(): BodyMarks {
    return {
      replacement: this.#isReplaced ? this.#bytes : undefined,
      transforms: this.#transforms?.length ?? 0,
      isRead: this.#reader !== undefined,
    };
  }

  /**
   * Streams the body through a Transform on its way; its length is then known only at its end. Where there is no
   * body, nothing happens.
   * @throws GatewayError `body_taken` when the body is already on its way.
   */
  through(transform: Duplex): void {
    this.#refuseWhenStarted();
    // the stream always has an error listener, also when it is never piped
    transform.on('error', () => {});
    containThrows(transform);
    this.#isTransformed = true; // also a HEAD's, whose length would be another
    if (this.wireLength === 0) transform.destroy();
    else (this.#transforms ??= []).push(transform);
  }

  /**
   * Reads the whole body into memory; it is sent on unless replaced.
   * Rejects with `body_limit_exceeded` (of a response: `response_too_large`) beyond `limitBytes`, `body_taken` when somebody reads or has read it.
   */
  async buffer(limitBytes: number): Promise<Buffer> {
    this.#refuseWhenStarted();
    if (this.#reader !== undefined) this.#refuseSecondReader();
    this.#reader = this.#owner.runningPlugin ?? 'unknown';
    const length = this.#bytes?.length ?? this.#source?.length ?? 0;
    if (length > limitBytes) throw new GatewayError(this.#tooLarge);
    if (this.#bytes === undefined) {
      this.#owner.onLocalRead();
      this.#bytes = await this.#collect(this.#source, limitBytes);
    } else if (this.#transforms !== undefined) {
      this.#bytes = await this.#collect(new BytesSource(this.#bytes), limitBytes);
    }
    return this.#bytes;
  }

  /**
   * Sends these bytes instead of what came.
   * @throws GatewayError `body_taken` when the body is already on its way.
   */
  replace(bytes: string | Uint8Array): void {
    this.#refuseWhenStarted();
    this.#isReplaced = true;
    this.#error = undefined;
    this.discard();
    this.#transforms = undefined;
    this.#bytes = typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes);
  }

  /**
   * Keeps a copy of what is sent, as long as that is at most `limitBytes`, so that it can be sent again. It waits for
   * nothing and changes nothing. Of a body that is read, replaced or transformed it keeps nothing.
   * @throws GatewayError `body_taken` when the body is already on its way.
   */
  keep(limitBytes: number): void {
    this.#refuseWhenStarted();
    if (this.#source !== undefined && this.#source.length <= limitBytes)
      this.#kept = new KeptBody(this.#source, limitBytes);
  }

  /**
   * Lowers the number of bytes that are taken from the sender; a longer body breaks off with `body_too_large`.
   * @throws GatewayError `body_too_large` when its length is known and beyond it.
   */
  limit(maxBytes: number): void {
    this.#source?.limit(maxBytes);
  }

  /** For the core: the length to announce. */
  get wireLength(): BodyLength {
    if (this.#transforms !== undefined) return CHUNKED;
    return this.#bytes?.length ?? this.#source?.length ?? 0;
  }

  /** For the core: it can be sent (again). */
  get isReplayable(): boolean {
    if (!this.#hasStarted) return true;
    if (this.#transforms !== undefined) return false;
    return this.#bytes !== undefined || this.#source === undefined || this.#kept?.isWhole === true;
  }

  /** For the core: who took it takes no more; it may be sent again. */
  hold(): void {
    this.#kept?.hold();
  }

  /** For the core: sends the body on its way. */
  pipe(sink: BodySink): void {
    this.#hasStarted = true;
    if (this.#error !== undefined) {
      sink.abort(this.#error);
      return;
    }
    const source = this.#bytes === undefined ? (this.#kept ?? this.#source) : new BytesSource(this.#bytes);
    if (this.#transforms !== undefined) pipeThrough(source, this.#transforms, sink);
    else if (source === undefined) {
      sink.end(undefined);
      sink.flush();
    } else source.pipe(sink);
  }

  /** For the core: nobody will send it any more; its transforms must not wait for ever. */
  discard(): void {
    for (const transform of this.#transforms ?? []) if (!transform.destroyed) transform.destroy();
  }

  async #collect(source: BodySource | undefined, limitBytes: number): Promise<Buffer> {
    const transforms = this.#transforms ?? [];
    this.#transforms = undefined;
    try {
      return await collect(source, transforms, limitBytes, this.#tooLarge);
    } catch (cause) {
      for (const transform of transforms) transform.destroy();
      this.#error =
        cause instanceof GatewayError ? cause : new GatewayError('plugin_failed', undefined, { cause });
      throw cause;
    }
  }

  #refuseWhenStarted(): void {
    if (this.#hasStarted) throw new GatewayError('body_taken', 'The body is already on its way.');
  }

  #refuseSecondReader(): never {
    throw new GatewayError('body_taken', `The body was already read by the plugin ${this.#reader}.`);
  }
}

/** A body that is in memory. */
class BytesSource implements BodySource {
  readonly #bytes: Buffer;
  readonly length: number;
  bytesRead = 0;
  isComplete = false;
  readonly error = undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.length = bytes.length;
  }

  limit(): void {}

  pipe(sink: BodySink): void {
    sink.attach(this);
    this.bytesRead = this.length;
    this.isComplete = true;
    if (this.length > 0) sink.write(this.#bytes);
    sink.end(undefined);
    sink.flush();
  }

  resume(): void {}
}
