import { z } from 'zod';
import { FieldList } from '../../core/index.ts';

const fieldName = z.string().superRefine((name, issues) => {
  try {
    FieldList.from([[name, '']]);
  } catch {
    issues.addIssue(`${JSON.stringify(name)} is not the name of a header field that plugins may set`);
  }
});

export const options = z.strictObject({
  incoming: z
    .enum(['continue', 'link', 'ignore'])
    .default('continue')
    .describe(
      'What a trace that a request brings is worth: continue it; begin a new one that links to it; or begin a new one.',
    ),
  startTraces: z
    .enum(['never', 'unsampled', 'sampled'])
    .default('never')
    .describe('Without an SDK: begin a trace where a request brings none, and what backends are told of it.'),
  responseHeader: fieldName
    .optional()
    .describe('Field of responses that tells the client the trace identifier.'),
  query: z.boolean().default(true).describe('Record the query of request targets, without credentials.'),
  redactQuery: z
    .array(z.string().min(1, 'must be the name of a query parameter'))
    .default([])
    .describe('Names of further query parameters whose values are not recorded.'),
});
