/** Fields as they stood on the wire, in order, names in original case. */
export type WireFields = readonly (readonly [name: string, value: string])[];

/** First line and fields of a message as they stood on the wire. */
export interface WireHead {
  readonly startLine: string;
  readonly headers: WireFields;
}

/** A message as it stood on the wire, its body without chunks. */
export interface WireMessage extends WireHead {
  readonly body: Buffer;
  readonly trailers: WireFields;
  /** All of its bytes. */
  readonly raw: Buffer;
}

/** The values of a field, any case, joined by commas; undefined when absent. */
export function fieldOf(fields: WireFields, name: string): string | undefined {
  const lower = name.toLowerCase();
  const values = fields.filter(([each]) => each.toLowerCase() === lower).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

/** Length of a body in bytes, or how its end is found. */
export type WireLength = number | 'chunked' | 'until close';

/** What the fields say about the length; `otherwise` when they say nothing. */
export function declaredLength(headers: WireFields, otherwise: WireLength): WireLength {
  if (/chunked/i.test(fieldOf(headers, 'transfer-encoding') ?? '')) return 'chunked';
  const length = fieldOf(headers, 'content-length');
  return length === undefined ? otherwise : Number.parseInt(length, 10) || 0;
}

function toFields(lines: readonly string[]): WireFields {
  return lines.map((line) => {
    const colon = line.indexOf(':');
    return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
}

/** Index behind the line that starts at `at`; -1 when it is not complete. */
function endOfLine(bytes: Buffer, at: number): number {
  return bytes.indexOf(0x0a, at) + 1 || -1;
}

/** The lines from `at` up to an empty one, and the index behind it. */
function readLines(bytes: Buffer, at: number): { lines: string[]; end: number } | undefined {
  const lines: string[] = [];
  for (let start = at, end = endOfLine(bytes, at); end >= 0; start = end, end = endOfLine(bytes, end)) {
    const line = bytes.toString('latin1', start, end).replace(/\r?\n$/, '');
    if (line === '') return { lines, end };
    lines.push(line);
  }
  return undefined;
}

/** Reads messages leniently, as a peer that wants to see whatever was sent. */
export class MessageReader {
  readonly #lengthOf: (head: WireHead) => WireLength;
  #bytes: Buffer = Buffer.alloc(0);
  #pieces: Buffer[] = [];
  #received = 0;
  #head: WireHead | undefined;
  #length: WireLength = 0;
  #bodyStart = 0;
  #chunkAt = 0;
  #chunks: Buffer[] = [];

  constructor(lengthOf: (head: WireHead) => WireLength) {
    this.#lengthOf = lengthOf;
  }

  /** Bytes that belong to no message that was read. */
  get rest(): Buffer {
    return this.#join();
  }

  push(bytes: Buffer): void {
    this.#pieces.push(Buffer.from(bytes));
    this.#received += bytes.length;
  }

  /** The head of the message that is arriving, once it is complete. */
  get head(): WireHead | undefined {
    if (this.#head !== undefined) return this.#head;
    const read = readLines(this.#join(), 0);
    if (read === undefined) return undefined;
    const [startLine = '', ...lines] = read.lines;
    this.#head = { startLine, headers: toFields(lines) };
    this.#length = this.#lengthOf(this.#head);
    this.#bodyStart = this.#chunkAt = read.end;
    return this.#head;
  }

  /** The next message once it is complete; `hasEnded` when no more bytes will come. */
  next(hasEnded = false): WireMessage | undefined {
    const { head } = this;
    if (head === undefined) return undefined;
    if (this.#length === 'chunked') return this.#nextChunked(head);
    if (this.#length === 'until close' && !hasEnded) return undefined;
    const end = this.#length === 'until close' ? this.#received : this.#bodyStart + this.#length;
    if (this.#received < end) return undefined;
    return this.#take(head, this.#join().subarray(this.#bodyStart, end), [], end);
  }

  #nextChunked(head: WireHead): WireMessage | undefined {
    const bytes = this.#join();
    for (;;) {
      const start = endOfLine(bytes, this.#chunkAt);
      if (start < 0) return undefined;
      const size = Number.parseInt(bytes.toString('latin1', this.#chunkAt, start), 16) || 0;
      if (size === 0) {
        const trailers = readLines(bytes, start);
        if (trailers === undefined) return undefined;
        return this.#take(head, Buffer.concat(this.#chunks), toFields(trailers.lines), trailers.end);
      }
      const end = endOfLine(bytes, start + size);
      if (end < 0) return undefined;
      this.#chunks.push(bytes.subarray(start, start + size));
      this.#chunkAt = end;
    }
  }

  #take(head: WireHead, body: Buffer, trailers: WireFields, end: number): WireMessage {
    const bytes = this.#join();
    this.#bytes = bytes.subarray(end);
    this.#received = this.#bytes.length;
    this.#head = undefined;
    this.#chunks = [];
    return { ...head, body, trailers, raw: bytes.subarray(0, end) };
  }

  #join(): Buffer {
    if (this.#pieces.length > 0) this.#bytes = Buffer.concat([this.#bytes, ...this.#pieces.splice(0)]);
    return this.#bytes;
  }
}
