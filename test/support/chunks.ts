import { ChunkedDecoder } from '../../core/http1/chunked-decoder.ts';

export interface Decoded {
  readonly data: string;
  readonly isDone: boolean;
  /** Lines of the trailers; undefined when there are none. */
  readonly trailers: string | undefined;
  /** Bytes taken. */
  readonly end: number;
  /** Data known to follow. */
  readonly remaining: number;
}

/** Decodes pieces one behind the other, as they would be read from a socket. */
export function decodeChunks(pieces: readonly string[]): Decoded {
  const decoder = new ChunkedDecoder({ maxTrailerBytes: 256, maxFieldCount: 8 });
  let data = '';
  let taken = 0;
  for (const piece of pieces) {
    const bytes = Buffer.from(piece, 'latin1');
    let at = 0;
    while (at < bytes.length && !decoder.isDone) {
      at = decoder.next(bytes, at, bytes.length);
      if (decoder.dataStart >= 0) data += bytes.toString('latin1', decoder.dataStart, at);
    }
    taken += at;
  }
  const { isDone, trailers, remainingInChunk } = decoder;
  return { data, isDone, trailers: trailers?.lines, end: taken, remaining: remainingInChunk };
}
