import { randomFillSync } from 'node:crypto';

const textLength = 36;
const idBytes = 16;
const idsAtOnce = 64;
const dash = 0x2d;
const hexDigits = Buffer.from('0123456789abcdef');

/** Fills the bytes with random ones. */
export type FillRandom = (bytes: Uint8Array) => void;

/** Marks the bytes from `at` on as a UUID of version 4 (RFC 9562 4.1, 5.4). */
function mark(bytes: Uint8Array, at: number): void {
  bytes[at + 6] = (bytes[at + 6]! & 0x0f) | 0x40;
  bytes[at + 8] = (bytes[at + 8]! & 0x3f) | 0x80;
}

function write(bytes: Uint8Array, at: number, text: Uint8Array, textAt: number): void {
  let to = textAt;
  for (let i = 0; i < idBytes; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text[to++] = dash;
    const byte = bytes[at + i]!;
    text[to++] = hexDigits[byte >> 4]!;
    text[to++] = hexDigits[byte & 15]!;
  }
}

/** Makes random UUIDs (RFC 9562, version 4): many at once, as one text that is cut, because that costs least. */
export function createIdSource(fillRandom: FillRandom = randomFillSync): () => string {
  const bytes = new Uint8Array(idsAtOnce * idBytes);
  const characters = Buffer.alloc(idsAtOnce * textLength);
  let text = '';
  let at = 0;
  const refill = (): void => {
    fillRandom(bytes);
    for (let i = 0; i < idsAtOnce; i++) {
      mark(bytes, i * idBytes);
      write(bytes, i * idBytes, characters, i * textLength);
    }
    text = characters.toString('latin1');
    at = 0;
  };
  return () => {
    if (at === text.length) refill();
    return text.slice(at, (at += textLength));
  };
}
