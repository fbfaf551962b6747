import { GatewayError } from '../errors.ts';
import { isTokenCode } from '../message/characters.ts';
import { latin1 } from '../message/latin1.ts';
import { nowMs } from '../transport/clock.ts';

const CR = 0x0d;
const LF = 0x0a;

/**
 * A head that arrives in pieces: they are copied, and each byte is looked at once, so that a slow sender costs no more
 * than a fast one.
 */
export class PartialHead {
  /** When its first piece came, in milliseconds of the monotonic clock. */
  readonly startedAtMs = nowMs();
  readonly #beginning: string;
  readonly #maxBytes: number;
  #bytes: Buffer | undefined;
  #length = 0;
  /** State of the search for the empty line: 0 in a line, 1 behind its CR, 2 behind its LF, 3 behind CR LF CR. */
  #lineState = 2;

  constructor(beginning: string, maxBytes: number) {
    this.#beginning = beginning;
    this.#maxBytes = maxBytes;
  }

  /**
   * Adds `bytes[start, end)`: the index behind the head, or -1 when it goes on.
   * @throws GatewayError when it can no longer become a valid head.
   */
  add(bytes: Buffer, start: number, end: number): number {
    const headEnd = this.#findEnd(bytes, start, end);
    this.#keep(bytes, start, headEnd < 0 ? end : headEnd);
    if (headEnd < 0) this.#checkBeginning();
    return headEnd;
  }

  /** The text of a head that is complete. */
  get text(): string {
    return latin1(this.#bytes!, this.#start, this.#length);
  }

  /** Behind an empty line (RFC 9112 2.2). */
  get #start(): number {
    return this.#bytes![0] === CR ? 2 : 0;
  }

  #checkBeginning(): void {
    const start = this.#start;
    const length = Math.min(this.#beginning.length, this.#length - start);
    for (let i = 0; i < length; i++) {
      if (this.#bytes![start + i] !== this.#beginning.charCodeAt(i)) {
        throw new GatewayError('malformed_head', 'This does not begin like HTTP/1.1.');
      }
    }
  }

  #mayBeginWith(byte: number): boolean {
    if (this.#beginning !== '') return byte === this.#beginning.charCodeAt(0);
    return byte === CR || isTokenCode(byte);
  }

  #findEnd(bytes: Buffer, start: number, end: number): number {
    let state = this.#lineState;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if (this.#length === 0 && i === start && !this.#mayBeginWith(byte)) {
        throw new GatewayError('malformed_head', 'This does not begin like HTTP/1.1.');
      }
      if (byte === LF) {
        if (state === 3) return i + 1;
        if (state !== 1) throw new GatewayError('malformed_head', 'A line ends with a bare LF.');
        state = 2;
      } else if (state === 1 || state === 3) {
        throw new GatewayError('malformed_head', 'A CR stands without its LF.');
      } else if (byte === CR) {
        // behind a line end it begins the empty line, unless no line has come yet
        state = state === 2 && (this.#length > 0 || i > start) ? 3 : 1;
      } else {
        state = 0;
      }
    }
    this.#lineState = state;
    return -1;
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.#maxBytes) throw new GatewayError('head_too_large');
    if (this.#bytes === undefined || this.#bytes.length < length) {
      const grown = Buffer.allocUnsafe(Math.min(Math.max(length * 2, 512), this.#maxBytes));
      this.#bytes?.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    bytes.copy(this.#bytes, this.#length, start, end);
    this.#length = length;
  }
}
