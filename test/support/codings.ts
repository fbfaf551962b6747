import type { Duplex } from 'node:stream';
import * as zlib from 'node:zlib';
import { type Coding, codings, isAvailable } from '../../plugins/compress/encoders.ts';

export type { Coding };

/** The part of node:zlib that came with Node 22.15. */
interface Zstd {
  readonly zstdDecompressSync: (bytes: Buffer) => Buffer;
  readonly createZstdDecompress: () => Duplex;
}
const zstd = zlib as unknown as Zstd;

/** The codings that the running Node.js has. */
export const available: readonly Coding[] = codings.filter(isAvailable);

const whole: Readonly<Record<Coding, (bytes: Buffer) => Buffer>> = {
  br: (bytes) => zlib.brotliDecompressSync(bytes),
  gzip: (bytes) => zlib.gunzipSync(bytes),
  zstd: (bytes) => zstd.zstdDecompressSync(bytes),
};

const streams: Readonly<Record<Coding, () => Duplex>> = {
  br: () => zlib.createBrotliDecompress(),
  gzip: () => zlib.createGunzip(),
  zstd: () => zstd.createZstdDecompress(),
};

export function decoded(coding: Coding, bytes: Buffer): Buffer {
  return whole[coding](bytes);
}

export function createDecoder(coding: Coding): Duplex {
  return streams[coding]();
}
