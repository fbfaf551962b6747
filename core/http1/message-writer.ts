import type { FieldList } from '../message/field-list.ts';
import { type BodyLength, CHUNKED, UNTIL_CLOSE } from '../message/framing.ts';
import type { Channel } from '../transport/channel.ts';
import { latin1 } from '../message/latin1.ts';
import { lastChunkText } from './serializer.ts';

/** Pieces up to this size are copied into the text that goes out, longer ones are written from where they are. */
const inlineBytes = 8_192;

/**
 * Writes messages to one channel: head text is held until the body's first bytes or `flush`, so that a short message
 * is a single write.
 */
export class MessageWriter {
  readonly #channel: Channel;
  #text = '';
  #length: BodyLength = 0;
  #isCorked = false;
  bodyBytes = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Adds text that stands outside of any body, such as an interim response. */
  writeText(text: string): void {
    this.#text += text;
  }

  /** Begins a message whose body has that length on the wire. */
  begin(headText: string, length: BodyLength): void {
    this.#text += headText;
    this.#length = length;
    this.bodyBytes = 0;
  }

  /** True when the body written so far is as long as was announced. */
  get isBodyComplete(): boolean {
    return this.#length < 0 || this.bodyBytes === this.#length;
  }

  /** True when the piece would make the body longer than announced. */
  exceeds(bytes: Buffer): boolean {
    return this.#length >= 0 && this.bodyBytes + bytes.length > this.#length;
  }

  write(bytes: Buffer): void {
    const length = bytes.length;
    if (length === 0) return;
    this.bodyBytes += length;
    const isChunked = this.#length === CHUNKED;
    if (isChunked) this.#text += `${length.toString(16)}\r\n`;
    if (length <= inlineBytes) this.#text += latin1(bytes, 0, length);
    else this.#writeThrough(bytes, isChunked);
    if (isChunked) this.#text += '\r\n';
    if (this.#text.length > 4 * inlineBytes) this.#writeHeld();
  }

  /** Ends the body; nothing is written to the channel before `flush`. */
  end(trailers: FieldList | undefined): void {
    if (this.#length === CHUNKED) this.#text += lastChunkText(trailers);
  }

  flush(): void {
    this.#writeHeld();
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#channel.uncork();
  }

  #writeThrough(bytes: Buffer, isChunked: boolean): void {
    if ((this.#text !== '' || isChunked) && !this.#isCorked) {
      this.#isCorked = true;
      this.#channel.cork();
    }
    this.#writeHeld();
    this.#channel.writeBytes(bytes);
  }

  #writeHeld(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#channel.writeText(text);
  }
}

/** The framing of a response body on a connection of that minor version: chunked needs HTTP/1.1. */
export function responseFraming(length: BodyLength, minorVersion: number): BodyLength {
  if (length !== CHUNKED && length !== UNTIL_CLOSE) return length;
  return minorVersion === 0 ? UNTIL_CLOSE : CHUNKED;
}
