import { expect, test } from 'vitest';
import compress from '../../../../plugins/compress/index.ts';
import { complaintsOf } from '../headers/complaints.ts';

test.each([
  undefined,
  { minBytes: 0 },
  { encodings: ['gzip' as const] },
  { types: ['text/css', 'application/*', '*+json'] },
])('%j is taken', async (options) => {
  expect(await complaintsOf(compress(options))).toEqual([]);
});

test.each([
  [{ typo: 1 }, 'Unrecognized key: "typo"'],
  [{ minBytes: -1 }, 'minBytes: Too small: expected number to be >=0'],
  [{ encodings: ['deflate'] }, 'encodings[0]: Invalid option: expected one of "br"|"zstd"|"gzip"'],
  [{ types: ['css'] }, 'types[0]: must be a media type like "text/css", "text/*" or "*+json"'],
])('%j is refused', async (options, complaint) => {
  expect(await complaintsOf(compress(options as never))).toEqual([complaint]);
});
