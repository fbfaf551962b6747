import { z } from 'zod';

const share = z.number().min(0).max(1);

const active = z
  .strictObject({
    path: z
      .string()
      .regex(/^\/[\x21-\x7e]*$/, 'must be a path that begins with "/"')
      .optional()
      .describe('Path and query to GET; without it, a TCP connection is enough.'),
    statuses: z
      .array(z.int().min(200).max(599))
      .min(1)
      .optional()
      .describe('Good statuses; default: 200 to 299.'),
    body: z.string().min(1).optional().describe('Text that the body must contain, in its first 64 KiB.'),
    host: z.string().min(1).optional().describe("Host field; default: the backend's host and port."),
    port: z.int().min(1).max(65_535).optional().describe("Port to probe; default: the backend's."),
    intervalMs: z.int().min(10).default(5_000).describe('From the begin of a probe to the next one.'),
    jitter: share
      .default(0.1)
      .describe('Part of the interval by which it varies; gateways then do not probe in step.'),
    timeoutMs: z.int().positive().default(1_000).describe('Time for a probe, connecting included.'),
    rise: z.int().positive().default(2).describe('Good probes in a row until a backend is up again.'),
    fall: z.int().positive().default(3).describe('Bad probes in a row until it is down.'),
  })
  .superRefine((probe, issues) => {
    for (const name of ['statuses', 'body', 'host'] as const) {
      if (probe[name] === undefined || probe.path !== undefined) continue;
      issues.addIssue({
        code: 'custom',
        path: [name],
        message: 'needs a path: without one, no request is made',
      });
    }
  });

const passive = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Judge backends by the requests that go to them.'),
    consecutiveFailures: z
      .int()
      .positive()
      .default(5)
      .describe('Requests in a row that got no answer, until the backend is ejected.'),
    consecutiveErrors: z
      .int()
      .positive()
      .default(10)
      .describe('Responses in a row with 5xx, until the backend is ejected.'),
    failureShare: share.default(0.5).describe('Share of requests without an answer in the window.'),
    errorShare: share.default(0.8).describe('Share of responses with 5xx in the window.'),
    minimumRequests: z.int().positive().default(20).describe('Below so many in the window, no share counts.'),
    windowMs: z.int().min(100).default(10_000).describe('Length of the window.'),
    ejectionMs: z
      .int()
      .positive()
      .default(5_000)
      .describe('Length of a first ejection; it doubles each time.'),
    maxEjectionMs: z.int().positive().default(60_000).describe('Most that it can grow to.'),
    maxEjectedShare: share
      .default(0.5)
      .describe('No ejection when more than this share of the backends would be out.'),
  })
  .refine(({ ejectionMs, maxEjectionMs }) => ejectionMs <= maxEjectionMs, {
    path: ['maxEjectionMs'],
    message: 'must not be less than ejectionMs',
  });

export const options = z.strictObject({
  active: active.optional().describe('Probes; default: none.'),
  passive: passive.prefault({}).describe('Ejection of backends where requests fail.'),
  panicShare: share
    .default(0.25)
    .describe('Below this share of healthy backends all are used; 0: never, nobody left is 503.'),
  upstreams: z.array(z.string()).min(1).optional().describe('Names of upstreams to watch; default: all.'),
});

export type Options = z.output<typeof options>;
export type ActiveOptions = NonNullable<Options['active']>;
