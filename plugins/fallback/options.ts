import { z } from 'zod';

const response = z.strictObject({
  status: z.int().min(200).max(599).default(503).describe('Status of the answer.'),
  headers: z.record(z.string(), z.string()).default({}).describe('Fields of the answer.'),
  body: z.string().default('').describe('Text of the answer; text/plain unless headers has a Content-Type.'),
});

export const options = z
  .strictObject({
    upstream: z.string().optional().describe('Name of the upstream that is asked instead.'),
    response: response
      .optional()
      .describe('Answer when there is no upstream to ask, or when that fails, too.'),
    statuses: z
      .array(z.int().min(400).max(599))
      .default([502, 503, 504])
      .describe('Statuses of backends that count as failures.'),
  })
  .refine(({ upstream, response: answer }) => upstream !== undefined || answer !== undefined, {
    message: 'needs an upstream, a response, or both',
  });

export type Options = z.output<typeof options>;
