import type { Escaping } from './escape.ts';

const zero = 0x30;
const point = 0x2e;
const largestInt32 = 2_147_483_647;
/** The longest that a number is written, sign and decimals included. */
const longestNumber = 32;
/** The longest that one character becomes. */
const longestEscape = 6;
/** From here on a call into the runtime costs less than a loop. */
const worthACall = 40;

/** ASCII that is written often, encoded before: in words, for that is four times as fast as byte by byte. */
export interface Piece {
  readonly words: Int32Array;
  /** Bytes. */
  readonly length: number;
}

export function encode(text: string): Piece {
  const bytes = Buffer.from(text);
  const whole = new DataView(new ArrayBuffer(Math.ceil(bytes.length / 4) * 4));
  for (const [at, byte] of bytes.entries()) whole.setUint8(at, byte);
  const words = Int32Array.from({ length: whole.byteLength / 4 }, (_, i) => whole.getInt32(i * 4));
  return { words, length: bytes.length };
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

  append({ words, length }: Piece): void {
    this.#makeRoom(length + 4);
    const view = this.#view;
    let at = this.length;
    for (let i = 0; i < words.length; i++) {
      view.setInt32(at, words[i]!); // the last may write too much, which what follows overwrites
      at += 4;
    }
    this.length += length;
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
      this.length += bytes.write(text, this.length, 'latin1');
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
    if (micros > largestInt32) return this.#longDuration(micros);
    const whole = (micros / 1000) | 0;
    this.length = this.#digits(whole, this.length);
    this.bytes[this.length++] = point;
    this.thousandths(micros - whole * 1000);
  }

  /** Three digits. */
  thousandths(value: number): void {
    this.#makeRoom(3);
    const hundreds = (value / 100) | 0;
    const tens = (value / 10) | 0;
    const { bytes, length } = this;
    bytes[length] = zero + hundreds;
    bytes[length + 1] = zero + tens - hundreds * 10;
    bytes[length + 2] = zero + value - tens * 10;
    this.length = length + 3;
  }

  #longDuration(micros: number): void {
    const whole = Math.floor(micros / 1000);
    this.ascii(`${whole}.`);
    this.thousandths(micros - whole * 1000);
  }

  #put(ascii: string, from: number): number {
    let at = from;
    for (let i = 0; i < ascii.length; i++) this.bytes[at++] = ascii.charCodeAt(i);
    return at;
  }

  #digits(value: number, from: number): number {
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
