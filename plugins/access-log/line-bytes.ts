import type { Escaping } from './escape.ts';

const zero = 0x30;
const largestInt32 = 2_147_483_647;
/** The longest that a number is written, sign and decimals included. */
const longestNumber = 32;
/** The longest that one character becomes. */
const longestEscape = 6;
/** From here on a call into the runtime costs less than a loop. */
const worthACall = 40;
/** As that, for bytes that are there already. */
const worthACopy = 64;

/** Numbers below a thousand, in words: their digits, and a point with three of them. */
const digits = Int32Array.from({ length: 1_000 }, (_, value) => wordOf(String(value).padEnd(4)));
const pointAndDigits = Int32Array.from({ length: 1_000 }, (_, value) =>
  wordOf(`.${String(value).padStart(3, '0')}`),
);

function wordOf(ascii: string): number {
  return Buffer.from(ascii).readInt32BE();
}

/** As `write`, which checks its arguments for as long again. */
interface Latin1Bytes {
  latin1Write(text: string, offset: number, length: number): number;
}

/** ASCII that is written often, encoded before: in words, for that is four times as fast as byte by byte. */
export interface Piece {
  readonly words: Int32Array;
  /** For when it is long. */
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** Lines of ASCII that are being written, in one piece of memory that grows; nothing of it is a string in between. */
export class LineBytes {
  bytes: Buffer;
  length = 0;
  #view: DataView;

  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
    this.#view = new DataView(this.bytes.buffer);
  }

  byte(byte: number): void {
    this.#makeRoom(1);
    this.bytes[this.length++] = byte;
  }

  append(piece: Piece): void {
    const { length } = piece;
    this.#makeRoom(length + 4);
    if (length < worthACopy) this.#appendWords(piece.words);
    else this.bytes.set(piece.bytes, this.length);
    this.length += length;
  }

  #appendWords(words: Int32Array): void {
    const view = this.#view;
    let at = this.length;
    for (let i = 0; i < words.length; i++) {
      view.setInt32(at, words[i]!); // the last may write too much, which what follows overwrites
      at += 4;
    }
  }

  /** What was written from there on, to be written again. */
  pieceFrom(start: number): Piece {
    this.#makeRoom(4);
    const length = this.length - start;
    const words = new Int32Array((length + 3) >> 2);
    for (let i = 0; i < words.length; i++) words[i] = this.#view.getInt32(start + i * 4);
    return { words, bytes: Uint8Array.prototype.slice.call(this.bytes, start, this.length), length };
  }

  /** Printable ASCII, as it is. */
  ascii(text: string): void {
    this.#makeRoom(text.length);
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.length = at;
  }

  /** Any text. */
  text(text: string, { isPlain, escape, special }: Escaping): void {
    this.#makeRoom(text.length * longestEscape);
    const { bytes } = this;
    if (text.length >= worthACall && !special.test(text)) {
      this.length += (bytes as unknown as Latin1Bytes).latin1Write(text, this.length, text.length);
      return;
    }
    let at = this.length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (isPlain[code] === 1) bytes[at++] = code;
      else at = this.#put(escape(code), at);
    }
    this.length = at;
  }

  /** A whole number that is not negative. */
  whole(value: number): void {
    this.#makeRoom(longestNumber);
    if (value > largestInt32) return this.ascii(String(value));
    this.length = this.#digits(value, this.length);
  }

  /** A duration with three decimals. */
  milliseconds(durationMs: number): void {
    this.#makeRoom(longestNumber);
    const micros = Math.round(durationMs * 1000);
    const whole = Math.floor(micros / 1000);
    this.whole(whole);
    this.decimals(micros - whole * 1000);
  }

  /** A point and three digits. */
  decimals(thousandths: number): void {
    this.#makeRoom(4);
    this.#view.setInt32(this.length, pointAndDigits[thousandths]!);
    this.length += 4;
  }

  #put(ascii: string, from: number): number {
    let at = from;
    for (let i = 0; i < ascii.length; i++) this.bytes[at++] = ascii.charCodeAt(i);
    return at;
  }

  #digits(value: number, from: number): number {
    if (value < 1000) {
      this.#view.setInt32(from, digits[value]!);
      return from + (value < 10 ? 1 : value < 100 ? 2 : 3);
    }
    let end = from + 1;
    for (let bound = 10; value >= bound; bound *= 10) end++;
    let rest = value;
    for (let at = end - 1; at >= from; at--) {
      const tenth = (rest / 10) | 0;
      this.bytes[at] = zero + rest - tenth * 10;
      rest = tenth;
    }
    return end;
  }

  #makeRoom(bytes: number): void {
    if (this.length + bytes > this.bytes.length) this.#grow(this.length + bytes);
  }

  #grow(atLeast: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(atLeast, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

export function encode(text: string): Piece {
  const line = new LineBytes(Buffer.byteLength(text) + 4);
  line.length = line.bytes.write(text);
  return line.pieceFrom(0);
}
