import { z } from 'zod';
import { checkPath, parseAddressBlocks } from '../../core/index.ts';

const mount = z
  .string()
  .superRefine((path, issues) => {
    if (!path.startsWith('/') || path === '/' || /[?#;%\s]|\/\/|\/$/.test(path)) {
      issues.addIssue('must be a path like "/metrics"');
      return;
    }
    try {
      checkPath(path);
    } catch (error) {
      issues.addIssue((error as Error).message);
    }
  })
  .describe('Path on the listeners of the gateway; default: none, only the plugin admin serves them.');

const entry = z.string().superRefine((text, issues) => {
  try {
    parseAddressBlocks(text);
  } catch (error) {
    issues.addIssue((error as Error).message);
  }
});

const isAscending = (buckets: readonly number[]): boolean =>
  buckets.every((bound, index) => index === 0 || bound > buckets[index - 1]!);

const defaultBucketsMs = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

export const options = z
  .strictObject({
    mount: mount.optional(),
    allow: z
      .array(entry)
      .min(1, 'needs an entry')
      .optional()
      .describe(
        'Who may read at `mount`: addresses, CIDR blocks, "loopback", "private"; default: loopback, with a token everybody who has it.',
      ),
    token: z
      .string()
      .regex(/^[A-Za-z0-9\-._~+/]{16,}=*$/, 'must be 16 or more letters, digits or -._~+/')
      .optional()
      .describe('Asked for at `mount` as `Authorization: Bearer`; default: none.'),
    bucketsMs: z
      .array(z.number().positive().max(3_600_000))
      .min(1, 'needs a bound')
      .max(60)
      .refine(isAscending, 'must rise from bound to bound')
      .default(defaultBucketsMs)
      .describe('Upper bounds of the buckets of durations.'),
    processMetrics: z
      .boolean()
      .default(true)
      .describe('Memory, CPU, file descriptors, event loop and garbage collection of the process.'),
  })
  .refine(
    ({ mount: at, allow, token }) => at !== undefined || (allow === undefined && token === undefined),
    '"allow" and "token" are for a "mount"',
  );
