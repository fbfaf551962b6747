import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEncoder, isAvailable } from '../../../../plugins/compress/encoders.ts';
import { available, decoded } from '../../../support/codings.ts';

test.each(available)('%s can be decoded, whatever comes in whatever pieces', async (coding) => {
  const piece = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 5 }), fc.boolean(), async (pieces, isKnown) => {
      const whole = Buffer.concat(pieces);
      const encoder = createEncoder(coding, isKnown ? whole.length : undefined);
      for (const each of pieces) encoder.write(each);
      encoder.end();
      expect(decoded(coding, await buffer(encoder))).toEqual(whole);
    }),
    { numRuns: 30 },
  );
});

test.each(available)('%s gives each chunk at once when nobody knows when the next comes', async (coding) => {
  const encoder = createEncoder(coding, undefined);
  for (const text of ['first', 'second', 'third']) {
    encoder.write(text);
    const [bytes] = (await once(encoder, 'data')) as [Buffer];
    expect(bytes.length).toBeGreaterThan(0);
  }
  encoder.destroy();
});

test('zstd is there where Node.js has it', () => {
  expect(isAvailable('zstd')).toBe('createZstdCompress' in zlib);
});
