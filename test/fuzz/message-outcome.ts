import { GatewayError } from '../../core/errors.ts';
import type { HeadLimits } from '../../core/http1/head-parser.ts';
import { parseRequestHead, parseResponseHead } from '../../core/http1/head-parser.ts';
import { HeadReader } from '../../core/http1/head-reader.ts';
import type { TrailerLimits } from '../../core/http1/chunked-decoder.ts';
import { IncomingBody } from '../../core/http1/incoming-body.ts';
import { readAuthority } from '../../core/message/authority.ts';
import { decideBodyLength } from '../../core/message/framing.ts';
import type { RequestHead, ResponseHead } from '../../core/message/head.ts';
import type { BodySink } from '../../core/message/stream.ts';
import { parseTarget } from '../../core/message/target.ts';

export interface OutcomeLimits extends HeadLimits, TrailerLimits {
  readonly maxBodyBytes: number;
}

const tight: OutcomeLimits = {
  maxHeadBytes: 2_048,
  maxTargetBytes: 256,
  maxFieldCount: 24,
  maxBodyBytes: 4_096,
  maxTrailerBytes: 256,
};

/** What a reader made of some bytes: the same, however they were cut. */
export interface Outcome {
  readonly messages: readonly string[];
  /** Code of the error that ended it. */
  readonly refusal: string | undefined;
}

class Collector implements BodySink {
  text = '';
  trailers = '';

  attach(): void {}

  write(bytes: Buffer): void {
    this.text += bytes.toString('latin1');
  }

  end(trailers: { readonly lines: string } | undefined): void {
    this.trailers = trailers?.lines ?? '';
  }

  abort(): void {}

  flush(): boolean {
    return true;
  }
}

function isRequest(head: RequestHead | ResponseHead): head is RequestHead {
  return 'method' in head;
}

function describe(head: RequestHead | ResponseHead): string {
  if (!isRequest(head)) return `${head.status} ${head.reason}\n${head.fields.lines}`;
  const { path, authority } = parseTarget(head.method, head.target);
  const host = readAuthority(authority ?? head.facts.host ?? '');
  return `${head.method} ${path} ${host.hostname}:${host.port}\n${head.fields.lines}`;
}

/** Reads messages out of pieces, as a connection does. */
class Messages {
  readonly messages: string[] = [];
  readonly #reader: HeadReader<RequestHead | ResponseHead>;
  #body: IncomingBody | undefined;
  #collector = new Collector();
  #head = '';

  readonly #limits: OutcomeLimits;

  constructor(kind: 'request' | 'response', limits: OutcomeLimits) {
    this.#limits = limits;
    this.#reader = new HeadReader<RequestHead | ResponseHead>(
      kind === 'request' ? parseRequestHead : parseResponseHead,
      limits,
      kind === 'request' ? '' : 'HTTP/',
    );
  }

  push(piece: Buffer): void {
    for (let at = 0; at < piece.length; ) at = this.#step(piece, at);
  }

  #step(piece: Buffer, at: number): number {
    if (this.#body !== undefined) {
      const next = this.#body.consume(piece, at, piece.length);
      if (this.#body.isComplete) this.#finish();
      return next;
    }
    const parsed = this.#reader.read(piece, at, piece.length);
    if (parsed === undefined) return piece.length;
    this.#begin(parsed.head);
    return parsed.end;
  }

  #begin(head: RequestHead | ResponseHead): void {
    const [method, status] = isRequest(head) ? [head.method, 0] : ['GET', head.status];
    const length = decideBodyLength(head.facts, head.minorVersion, method, status);
    this.#head = describe(head);
    this.#collector = new Collector();
    if (length === 0) return this.#finish();
    const { maxBodyBytes } = this.#limits;
    this.#body = new IncomingBody(length, { onBodyWanted: () => {} }, this.#limits, maxBodyBytes);
    this.#body.pipe(this.#collector);
  }

  #finish(): void {
    this.#body = undefined;
    this.messages.push(`${this.#head}\n${this.#collector.text}\n${this.#collector.trailers}`);
  }
}

/** What becomes of bytes that arrive in these pieces; throws whatever is no GatewayError. */
export function outcomeOf(kind: 'request' | 'response', pieces: Iterable<Buffer>, limits = tight): Outcome {
  const reader = new Messages(kind, limits);
  try {
    for (const piece of pieces) reader.push(piece);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { messages: reader.messages, refusal: error.code };
  }
  return { messages: reader.messages, refusal: undefined };
}
