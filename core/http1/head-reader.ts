import { GatewayError } from '../errors.ts';
import { isTokenCode } from '../message/characters.ts';
import { latin1 } from '../message/latin1.ts';
import type { HeadLimits, Parsed } from './head-parser.ts';

const CR = 0x0d;
const LF = 0x0a;
/** A head that arrives whole is nearly always shorter than this. */
const firstSliceBytes = 4_096;

type Parse<Head> = (text: string, at: number, limits: HeadLimits) => Parsed<Head>;

/**
 * Finds and parses heads in the bytes of a connection, however they are cut. Bytes are copied only while a head is
 * incomplete, and each byte is looked at once while waiting, so that a slow sender costs no more than a fast one.
 */
export class HeadReader<Head> {
  readonly #parse: Parse<Head>;
  readonly #limits: HeadLimits;
  readonly #beginning: string;
  #partial: Buffer | undefined;
  #partialLength = 0;
  /** State of the search for the empty line: 0 in a line, 1 behind its CR, 2 behind its LF, 3 behind CR LF CR. */
  #lineState = 2;

  /** With a `beginning` that all heads have, others are refused at their first bytes, and so are empty lines. */
  constructor(parse: Parse<Head>, limits: HeadLimits, beginning = '') {
    this.#parse = parse;
    this.#limits = limits;
    this.#beginning = beginning;
  }

  /** True when a part of a head has arrived. */
  get isPartial(): boolean {
    return this.#partialLength > 0;
  }

  /**
   * Reads on from `bytes[start, end)`: the head and the index behind it, or undefined when more bytes are needed.
   * @throws GatewayError when what has arrived can no longer become a valid head.
   */
  read(bytes: Buffer, start: number, end: number): Parsed<Head> | undefined {
    if (this.#partialLength > 0) return this.#readOn(bytes, start, end);
    // RFC 9112 2.2: an empty line before a request is ignored, once
    const isEmptyLine = end - start >= 2 && bytes[start] === CR && bytes[start + 1] === LF;
    const from = isEmptyLine && this.#beginning === '' ? start + 2 : start;
    const first = Math.min(end, start + Math.min(firstSliceBytes, this.#limits.maxHeadBytes));
    const text = latin1(bytes, from, first);
    if (text.indexOf('\r\n\r\n') < 0) return this.#readOn(bytes, start, end);
    const parsed = this.#parse(text, 0, this.#limits);
    return { head: parsed.head, end: from + parsed.end };
  }

  #readOn(bytes: Buffer, start: number, end: number): Parsed<Head> | undefined {
    const headEnd = this.#findEnd(bytes, start, end);
    this.#keep(bytes, start, headEnd < 0 ? end : headEnd);
    const skip = this.#partial![0] === CR ? 2 : 0;
    if (headEnd < 0) {
      this.#checkBeginning(skip);
      return undefined;
    }
    const text = latin1(this.#partial!, skip, this.#partialLength);
    this.#partial = undefined;
    this.#partialLength = 0;
    this.#lineState = 2;
    return { head: this.#parse(text, 0, this.#limits).head, end: headEnd };
  }

  #checkBeginning(skip: number): void {
    const length = Math.min(this.#beginning.length, this.#partialLength - skip);
    for (let i = 0; i < length; i++) {
      if (this.#partial![skip + i] !== this.#beginning.charCodeAt(i)) {
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
      if (this.#partialLength === 0 && i === start && !this.#mayBeginWith(byte)) {
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
        state = state === 2 && (this.#partialLength > 0 || i > start) ? 3 : 1;
      } else {
        state = 0;
      }
    }
    this.#lineState = state;
    return -1;
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    const length = this.#partialLength + end - start;
    if (length > this.#limits.maxHeadBytes) throw new GatewayError('head_too_large');
    if (this.#partial === undefined || this.#partial.length < length) {
      const grown = Buffer.allocUnsafe(Math.min(Math.max(length * 2, 512), this.#limits.maxHeadBytes));
      this.#partial?.copy(grown, 0, 0, this.#partialLength);
      this.#partial = grown;
    }
    bytes.copy(this.#partial, this.#partialLength, start, end);
    this.#partialLength = length;
  }
}
