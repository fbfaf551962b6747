import { z } from 'zod';
import { isFieldName } from '../../core/index.ts';
import { weaknessOf } from './secret.ts';

const fieldName = z.string().refine(isFieldName, 'must be the name of a header field that plugins may set');

const secret = z.string().superRefine((text, issues) => {
  const weakness = weaknessOf(text);
  if (weakness === undefined) return;
  issues.addIssue(`${weakness}; take one that nobody guesses, such as what "openssl rand -hex 16" prints`);
});

export const options = z
  .strictObject({
    secret: secret.optional().describe('Requests that carry it get a trail.'),
    header: fieldName
      .default('x-decision-trail')
      .describe('Field that carries the secret; backends never see it.'),
    share: z
      .number()
      .gt(0, 'must be more than 0 and at most 1')
      .max(1, 'must be more than 0 and at most 1')
      .optional()
      .describe('Share of the other requests that get a trail, chosen by chance.'),
    log: z.boolean().default(true).describe("Write each record to the gateway's log, level info."),
    reply: z
      .enum(['none', 'id', 'record'])
      .default('id')
      .describe('What a response to a request with the secret tells of it.'),
    maxReplyBytes: z.int().min(256).max(16_384).default(4_096).describe('Bytes of a record in a response.'),
    keep: z.int().min(0).max(10_000).default(100).describe('Records kept in memory for other plugins.'),
    redact: z
      .array(fieldName)
      .default([])
      .describe('More fields whose values are not recorded, beside credentials and cookies.'),
    query: z.boolean().default(true).describe('Record queries, which may hold secrets.'),
  })
  .refine(({ secret: text, share }) => text !== undefined || share !== undefined, {
    message: 'needs a "secret", a "share", or both',
  });
