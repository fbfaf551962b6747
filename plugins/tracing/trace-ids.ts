import { randomFillSync } from 'node:crypto';

const traceIdBytes = 16;
const spanIdBytes = 8;
const idsAtOnce = 64;
const allZero = /^0+$/;

/** Fills the bytes with random ones. */
export type FillRandom = (bytes: Uint8Array) => void;

/** Makes random identifiers of one length in hexadecimal digits, never one of zeros: many at once, for that costs least. */
function createIdSource(idBytes: number, fillRandom: FillRandom = randomFillSync): () => string {
  const bytes = Buffer.alloc(idBytes * idsAtOnce);
  const digits = 2 * idBytes;
  let text = '';
  let at = 0;
  return () => {
    for (;;) {
      if (at === text.length) {
        fillRandom(bytes);
        text = bytes.toString('hex');
        at = 0;
      }
      const id = text.slice(at, (at += digits));
      if (!id.startsWith('00000000') || !allZero.test(id)) return id;
    }
  };
}

export const createTraceIdSource = (fillRandom?: FillRandom): (() => string) =>
  createIdSource(traceIdBytes, fillRandom);

export const createSpanIdSource = (fillRandom?: FillRandom): (() => string) =>
  createIdSource(spanIdBytes, fillRandom);
