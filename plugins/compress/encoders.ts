import type { Duplex } from 'node:stream';
import * as zlib from 'node:zlib';

const { constants } = zlib;

export const codings = ['br', 'zstd', 'gzip'] as const;
export type Coding = (typeof codings)[number];

/** The part of node:zlib that came with Node 22.15. */
interface ZstdOptions {
  readonly flush?: number;
  readonly params: Readonly<Record<number, number>>;
}
interface Zstd {
  readonly createZstdCompress?: (options: ZstdOptions) => Duplex;
  readonly constants: { readonly ZSTD_e_flush?: number; readonly ZSTD_c_compressionLevel?: number };
}
const zstd = zlib as unknown as Zstd;

/** Whether this Node.js can do it. */
export function isAvailable(coding: Coding): boolean {
  return coding !== 'zstd' || zstd.createZstdCompress !== undefined;
}

// what is fast enough to be done for every response
const brotliQuality = 4;
const brotliWindowBits = 19;
const zstdLevel = 3;

function createBrotli(lengthBytes: number | undefined): Duplex {
  const params: Record<number, number> = {
    [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
    [constants.BROTLI_PARAM_LGWIN]: brotliWindowBits,
  };
  if (lengthBytes === undefined) {
    return zlib.createBrotliCompress({ flush: constants.BROTLI_OPERATION_FLUSH, params });
  }
  params[constants.BROTLI_PARAM_SIZE_HINT] = Math.min(lengthBytes, 0x7fff_ffff);
  return zlib.createBrotliCompress({ params });
}

function createZstd(lengthBytes: number | undefined): Duplex {
  const params = { [zstd.constants.ZSTD_c_compressionLevel!]: zstdLevel };
  const flush = lengthBytes === undefined ? { flush: zstd.constants.ZSTD_e_flush! } : {};
  return zstd.createZstdCompress!({ ...flush, params });
}

/** An encoder for a body of that length; without one each chunk is flushed, because nobody knows when the next comes. */
export function createEncoder(coding: Coding, lengthBytes: number | undefined): Duplex {
  if (coding === 'br') return createBrotli(lengthBytes);
  if (coding === 'zstd') return createZstd(lengthBytes);
  return zlib.createGzip(lengthBytes === undefined ? { flush: constants.Z_SYNC_FLUSH } : {});
}
