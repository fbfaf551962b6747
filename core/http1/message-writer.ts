import type { FieldList } from '../message/field-list.ts';
import { type BodyLength, CHUNKED, UNTIL_CLOSE } from '../message/framing.ts';
import type { Channel } from '../transport/channel.ts';
import { atTurnEnd, type TurnEnd } from '../transport/turn.ts';
import { latin1 } from '../message/latin1.ts';
import { lastChunkText } from './serializer.ts';

/** Pieces up to this size are copied into the text that goes out, longer ones are written from where they are. */
const inlineBytes = 8_192;

/**
 * Writes messages to one channel: text is held until the turn of the event loop ends, so that a short message, or all
 * that came up in one turn, is a single write. Long pieces of a body leave at once.
 */
export class MessageWriter implements TurnEnd {
  readonly #channel: Channel;
  #text = '';
  #length: BodyLength = 0;
  #isCorked = false;
  #isWaiting = false;
  bodyBytes = 0;
  /** Counts what was handed to the channel: unchanged while all since is still held. */
  writeCount = 0;

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

  /** Ends the body. */
  end(trailers: FieldList | undefined): void {
    if (this.#length === CHUNKED) this.#text += lastChunkText(trailers);
  }

  /** Lets everything leave by the end of this turn. */
  flush(): void {
    if (this.#isCorked) this.flushNow();
    else if (!this.#isWaiting && this.#text !== '') {
      this.#isWaiting = true;
      atTurnEnd(this);
    }
  }

  /** Lets everything leave at once, as before the end of the connection. */
  flushNow(): void {
    this.#writeHeld();
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#channel.uncork();
  }

  onTurnEnd(): void {
    this.#isWaiting = false;
    this.#writeHeld();
  }

  #writeThrough(bytes: Buffer, isChunked: boolean): void {
    if ((this.#text !== '' || isChunked) && !this.#isCorked) {
      this.#isCorked = true;
      this.#channel.cork();
    }
    this.#writeHeld();
    this.writeCount++;
    this.#channel.writeBytes(bytes);
  }

  #writeHeld(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.writeCount++;
    this.#channel.writeText(text);
  }
}

/** The framing of a response body on a connection of that minor version: chunked needs HTTP/1.1. */
export function responseFraming(length: BodyLength, minorVersion: number): BodyLength {
  if (length !== CHUNKED && length !== UNTIL_CLOSE) return length;
  return minorVersion === 0 ? UNTIL_CLOSE : CHUNKED;
}
