import { z } from 'zod';

const retryableFailures = [
  'connect_failed',
  'connect_timeout',
  'connection_lost',
  'attempt_timeout',
  'response_head_timeout',
  'malformed_response',
  'queue_full',
  'queue_timeout',
] as const;

const budget = z.strictObject({
  share: z.number().min(0).max(1).default(0.2).describe('Share of the active requests that may be retries.'),
  minConcurrent: z.int().min(0).default(10).describe('So many retries may run in any case.'),
});

export const options = z
  .strictObject({
    attempts: z.int().min(1).max(10).default(3).describe('Attempts in total, the first one included.'),
    failures: z
      .array(z.enum(retryableFailures))
      .default(['connect_failed', 'connect_timeout', 'connection_lost', 'attempt_timeout'])
      .describe('Failures after which it is tried again.'),
    statuses: z
      .array(z.int().min(400).max(599))
      .default([502, 503, 504])
      .describe('Statuses of responses after which it is tried again.'),
    backoffMs: z.int().min(0).default(25).describe('Pause before the second attempt; it doubles each time.'),
    maxBackoffMs: z.int().min(0).default(250).describe('Most that it can grow to.'),
    attemptTimeoutMs: z
      .int()
      .positive()
      .optional()
      .describe('From the choice of a backend to its response head; default: only what the upstream bounds.'),
    maxReplayBytes: z
      .int()
      .min(0)
      .default(65_536)
      .describe('Bodies up to this length are kept in memory to be sent again; 0 for none.'),
    budget: budget.prefault({}).describe('Bound of retries at once, for each upstream.'),
  })
  .refine(({ backoffMs, maxBackoffMs }) => backoffMs <= maxBackoffMs, {
    path: ['maxBackoffMs'],
    message: 'must not be less than backoffMs',
  });

export type Options = z.output<typeof options>;
