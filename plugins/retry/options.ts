import { z } from 'zod';
import { isToken } from '../../core/index.ts';

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

/** Longer pauses hold connections and clients for nothing, and come near to `hookTimeoutMs`. */
const longestPauseMs = 30_000;

const pause = z.int().min(0).max(longestPauseMs);

const fieldName = z.string().refine(isToken, 'must be the name of a header field');

const budget = z.strictObject({
  share: z.number().min(0).max(1).default(0.2).describe('Share of the active requests that may be retries.'),
  minConcurrent: z.int().min(0).default(10).describe('So many retries may run in any case.'),
});

export const options = z
  .strictObject({
    attempts: z.int().min(1).max(10).default(3).describe('Attempts at an upstream, the first one included.'),
    failures: z
      .array(z.enum(retryableFailures))
      .default(['connect_failed', 'connect_timeout', 'connection_lost', 'attempt_timeout'])
      .describe('Failures after which it is tried again.'),
    statuses: z
      .array(z.int().min(400).max(599))
      .default([502, 503, 504])
      .describe('Statuses of responses after which it is tried again.'),
    backoffMs: pause.default(25).describe('Pause before the second attempt; it doubles each time.'),
    maxBackoffMs: pause.default(250).describe('Most that it can grow to.'),
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
    idempotencyKey: z
      .union([z.boolean(), fieldName])
      .default(false)
      .describe(
        'Takes requests with this field for repeatable, whatever their method; true: Idempotency-Key. For backends that do the same key only once.',
      ),
    budget: budget.prefault({}).describe('Bound of retries at once, for each upstream.'),
  })
  .refine(({ backoffMs, maxBackoffMs }) => backoffMs <= maxBackoffMs, {
    path: ['maxBackoffMs'],
    message: 'must not be less than backoffMs',
  });

export type Options = z.output<typeof options>;
