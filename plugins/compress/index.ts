import { z } from 'zod';
import { definePlugin, type ReadonlyFieldList, type ResponseDraft, Stage } from '../../core/index.ts';
import { addVary, combinedValue } from '../headers/index.ts';
import { createNegotiation } from './accept-encoding.ts';
import { mayEncode, weakened } from './eligible.ts';
import { codings, type Coding, createEncoder, isAvailable } from './encoders.ts';
import { compressibleTypes, createTypeTest } from './media-types.ts';

const type = z
  .string()
  .regex(
    /^(?:[\w.+-]+\/[\w.+-]+|[\w.+-]+\/\*|\*\+[\w.-]+)$/,
    'must be a media type like "text/css", "text/*" or "*+json"',
  );

const options = z.strictObject({
  minBytes: z.int().min(0).default(1_024).describe('Shorter bodies are not worth it.'),
  encodings: z
    .array(z.enum(codings))
    .min(1)
    .default([...codings])
    .describe('Codings in the order of preference; zstd is left out where Node.js does not have it.'),
  types: z
    .array(type)
    .default([...compressibleTypes])
    .describe('Media types that are compressed; text/event-stream only by its whole name.'),
});

function encode({ fields, body }: ResponseDraft, coding: Coding): void {
  const etag = fields.get('etag');
  if (etag !== undefined) fields.set('ETag', weakened(etag));
  fields.delete('accept-ranges');
  fields.set('Content-Encoding', coding);
  body.through(createEncoder(coding, body.length));
}

/** A 304 names the validator of the 200 that the client has (RFC 9110 15.4.5), which was weakened here before. */
function confirm({ fields }: ResponseDraft, request: ReadonlyFieldList): void {
  const etag = fields.get('etag');
  const known = combinedValue(request, 'if-none-match');
  if (etag === undefined || etag.startsWith('W/') || known?.includes(`W/${etag}`) !== true) return;
  fields.set('ETag', weakened(etag));
  addVary(fields, 'Accept-Encoding');
}

export default definePlugin({
  name: 'compress',
  options,
  setup({ hooks }, { minBytes, encodings, types }) {
    const isCompressible = createTypeTest(types);
    const codingFor = createNegotiation(encodings.filter(isAvailable));
    hooks.onResponse.tap({ stage: Stage.Finish }, ({ inbound, response }) => {
      const draft = response!;
      const { contentLength } = draft;
      if (draft.status === 304) return confirm(draft, inbound.fields);
      const isHead = inbound.method === 'HEAD';
      if (!isHead && contentLength !== undefined && contentLength < Math.max(minBytes, 1)) return;
      if (!mayEncode(draft, inbound.fields, isCompressible)) return;
      addVary(draft.fields, 'Accept-Encoding');
      const coding = isHead ? undefined : codingFor(combinedValue(inbound.fields, 'accept-encoding'));
      if (coding !== undefined) encode(draft, coding);
    });
  },
});
