import { z } from 'zod';

const limit = z.int().positive().optional();

const limits = z.strictObject({
  maxActive: limit.describe('Requests at once; default: no bound.'),
  maxPending: limit.describe('Requests that wait for a connection; default: what the upstream bounds.'),
  maxRetries: z
    .int()
    .min(0)
    .optional()
    .describe('Requests of an upstream that are being retried at once; default: what retry bounds.'),
});

export const options = z.strictObject({
  per: z
    .enum(['upstream', 'backend'])
    .default('upstream')
    .describe('One circuit for an upstream, or one for each of its backends.'),
  failureShare: z.number().gt(0).max(1).default(0.5).describe('Share of failures in the window to open at.'),
  minimumRequests: z.int().positive().default(20).describe('With fewer in the window it stays closed.'),
  windowMs: z.int().min(100).default(10_000).describe('Length of the window.'),
  openMs: z.int().positive().default(5_000).describe('Time that it stays open until probes are let through.'),
  probes: z.int().positive().default(3).describe('Requests let through then; all of them have to succeed.'),
  statuses: z
    .array(z.int().min(400).max(599))
    .default([500, 502, 503, 504])
    .describe('Statuses that are failures.'),
  limits: limits.prefault({}).describe('Bounds of what goes on at once.'),
  upstreams: z.array(z.string()).min(1).optional().describe('Names of upstreams to watch; default: all.'),
});

export type Options = z.output<typeof options>;
