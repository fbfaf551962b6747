import { latin1 } from '../message/latin1.ts';
import type { HeadLimits, Parsed } from './head-parser.ts';
import { PartialHead } from './partial-head.ts';

const CR = 0x0d;
const LF = 0x0a;
/** A head that arrives whole is nearly always shorter than this. */
const firstSliceBytes = 4_096;

type Parse<Head> = (text: string, at: number, limits: HeadLimits) => Parsed<Head>;

/** Finds and parses heads in the bytes of a connection, however they are cut. */
export class HeadReader<Head> {
  readonly #parse: Parse<Head>;
  readonly #limits: HeadLimits;
  readonly #beginning: string;
  #partial: PartialHead | undefined;

  /** With a `beginning` that all heads have, others are refused at their first bytes, and so are empty lines. */
  constructor(parse: Parse<Head>, limits: HeadLimits, beginning = '') {
    this.#parse = parse;
    this.#limits = limits;
    this.#beginning = beginning;
  }

  /** True when a part of a head has arrived. */
  get isPartial(): boolean {
    return this.#partial !== undefined;
  }

  /** When that part began to arrive. */
  get startedAtMs(): number | undefined {
    return this.#partial?.startedAtMs;
  }

  /**
   * Reads on from `bytes[start, end)`: the head and the index behind it, or undefined when more bytes are needed.
   * @throws GatewayError when what has arrived can no longer become a valid head.
   */
  read(bytes: Buffer, start: number, end: number): Parsed<Head> | undefined {
    if (this.#partial !== undefined) return this.#readOn(this.#partial, bytes, start, end);
    // RFC 9112 2.2: an empty line before a request is ignored, once
    const isEmptyLine = end - start >= 2 && bytes[start] === CR && bytes[start + 1] === LF;
    const from = isEmptyLine && this.#beginning === '' ? start + 2 : start;
    const first = Math.min(end, start + Math.min(firstSliceBytes, this.#limits.maxHeadBytes));
    const text = latin1(bytes, from, first);
    if (text.indexOf('\r\n\r\n') < 0) {
      const partial = new PartialHead(this.#beginning, this.#limits.maxHeadBytes);
      return this.#readOn(partial, bytes, start, end);
    }
    const parsed = this.#parse(text, 0, this.#limits);
    return from === 0 ? parsed : { head: parsed.head, end: from + parsed.end };
  }

  #readOn(partial: PartialHead, bytes: Buffer, start: number, end: number): Parsed<Head> | undefined {
    const headEnd = partial.add(bytes, start, end);
    if (headEnd < 0) {
      this.#partial = partial;
      return undefined;
    }
    this.#partial = undefined;
    return { head: this.#parse(partial.text, 0, this.#limits).head, end: headEnd };
  }
}
