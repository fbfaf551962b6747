import { GatewayError } from '../errors.ts';
import { isFieldValueCode } from '../message/characters.ts';
import type { FieldList } from '../message/field-list.ts';
import { latin1 } from '../message/latin1.ts';
import { parseTrailers } from './head-parser.ts';

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;
/** Chunk extensions may be this much longer than the data they come with, so that they cannot be a load of their own. */
const extensionBudgetBytes = 16_384;
const maxSizeDigits = 12;

/** Where in the chunked coding (RFC 9112 7.1) the next byte stands. */
const SIZE = 0;
const EXTENSION = 1;
const SIZE_LF = 2;
const DATA = 3;
const DATA_CR = 4;
const DATA_LF = 5;
const TRAILER = 6;
const DONE = 7;

export interface TrailerLimits {
  readonly maxTrailerBytes: number;
  readonly maxFieldCount: number;
}

function malformed(detail: string): never {
  throw new GatewayError('malformed_chunk', detail);
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Decodes one chunked body, cut anywhere; chunk extensions are dropped (RFC 9112 7.1.1), nothing else is tolerated. */
export class ChunkedDecoder {
  readonly #limits: TrailerLimits;
  #state = SIZE;
  #size = 0;
  #digits = 0;
  #extensionBudget = extensionBudgetBytes;
  #trailerText = '';
  #lineLength = 0;
  #lastByte = 0;
  trailers: FieldList | undefined;

  constructor(limits: TrailerLimits) {
    this.#limits = limits;
  }

  get isDone(): boolean {
    return this.#state === DONE;
  }

  /** Bytes of data known to follow before the next chunk line. */
  get remainingInChunk(): number {
    return this.#state === DATA ? this.#size : 0;
  }

  /**
   * Decodes up to the next piece of data or the end of the body.
   * The piece is `bytes[dataStart, result)` when `dataStart >= 0`; otherwise there was none.
   * @throws GatewayError `malformed_chunk`; the connection must then be closed.
   */
  next(bytes: Buffer, at: number, end: number): number {
    this.dataStart = -1;
    while (at < end && this.#state !== DONE) {
      if (this.#state === DATA) return this.#takeData(at, end);
      if (this.#state === TRAILER) at = this.#takeTrailer(bytes, at, end);
      else this.#step(bytes[at++]!);
    }
    return at;
  }

  dataStart = -1;

  #takeData(at: number, end: number): number {
    this.dataStart = at;
    const taken = Math.min(this.#size, end - at);
    this.#size -= taken;
    this.#extensionBudget += taken;
    if (this.#size === 0) this.#state = DATA_CR;
    return at + taken;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case SIZE:
        return this.#readSize(byte);
      case EXTENSION:
        if (byte === CR) this.#state = SIZE_LF;
        else if (!isFieldValueCode(byte)) malformed('A chunk extension has a control character.');
        else if (--this.#extensionBudget < 0) malformed('The chunk extensions are too long.');
        return;
      case SIZE_LF:
        if (byte !== LF) malformed('A chunk line has a CR without its LF.');
        this.#state = this.#size === 0 ? TRAILER : DATA;
        return;
      case DATA_CR:
        if (byte !== CR) malformed('Chunk data is longer than its size.');
        this.#state = DATA_LF;
        return;
      default:
        if (byte !== LF) malformed('Chunk data ends with a CR without its LF.');
        this.#state = SIZE;
        this.#digits = 0;
        this.#size = 0;
    }
  }

  #readSize(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      if (++this.#digits > maxSizeDigits) malformed('The chunk size has too many digits.');
      this.#size = this.#size * 16 + digit;
      return;
    }
    if (this.#digits === 0) malformed('The chunk size is missing.');
    if (byte === CR) this.#state = SIZE_LF;
    else if (byte === SEMICOLON) this.#state = EXTENSION;
    else malformed('The chunk size is malformed.');
  }

  #takeTrailer(bytes: Buffer, at: number, end: number): number {
    // trailers are rare and short: line by line into text, whose size is bounded
    const lineFeed = bytes.indexOf(LF, at);
    const stop = lineFeed < 0 || lineFeed >= end ? end : lineFeed + 1;
    const room = this.#limits.maxTrailerBytes - this.#trailerText.length;
    if (stop - at > room) throw new GatewayError('head_too_large', 'The trailer section is too large.');
    this.#trailerText += latin1(bytes, at, stop);
    this.#lineLength += stop - at;
    const before = stop - at > 1 ? bytes[stop - 2] : this.#lastByte;
    this.#lastByte = bytes[stop - 1]!;
    if (this.#lastByte === LF) this.#endTrailerLine(before === CR);
    return stop;
  }

  #endTrailerLine(hasCarriageReturn: boolean): void {
    if (!hasCarriageReturn) malformed('A trailer line ends with a bare LF.');
    if (this.#lineLength === 2) this.#finishTrailers();
    this.#lineLength = 0;
  }

  #finishTrailers(): void {
    this.#state = DONE;
    if (this.#trailerText.length === 2) return;
    const { maxTrailerBytes, maxFieldCount } = this.#limits;
    const limits = { maxHeadBytes: maxTrailerBytes, maxTargetBytes: 0, maxFieldCount };
    this.trailers = parseTrailers(this.#trailerText, 0, limits);
  }
}
