import { z } from 'zod';
import { ipv6PrefixSchema, keySchema } from './key-schema.ts';
import type { Limit } from './memory-store.ts';

const oneLimit = {
  name: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,40}$/, 'must be 1 to 40 characters of A-Z a-z 0-9 . _ -')
    .optional()
    .describe('Name of the limit in RateLimit fields, logs and the store.'),
  algorithm: z
    .enum(['gcra', 'sliding-window'])
    .optional()
    .describe('gcra (default) spreads requests and allows a burst; sliding-window counts the last windowMs.'),
  burst: z.int().min(1).max(1_000_000).optional().describe('Of gcra: requests at once; default: requests.'),
  key: keySchema.optional().describe('What requests are told apart by; default: "client".'),
  ipv6Prefix: ipv6PrefixSchema
    .optional()
    .describe('Bits of an IPv6 address that make one client; default: 64.'),
};
const requests = z.int().min(1).max(1_000_000_000).describe('Requests of one key in a window.');
const windowMs = z
  .int()
  .min(1)
  .max(31_536_000_000)
  .describe('Length of the window in milliseconds, up to a year.');

const limitSchema = z.strictObject({ ...oneLimit, requests, windowMs });
type LimitInput = z.output<typeof limitSchema>;

const redisUrl = z
  .string()
  .refine(
    (url) => /^rediss?:\/\/[^/\s]\S*$/.test(url) && URL.canParse(url),
    'must be a URL like redis://127.0.0.1:6379 or rediss://user:password@host:6380/1',
  );

export const options = z
  .strictObject({
    ...oneLimit,
    requests: requests.optional(),
    windowMs: windowMs.optional(),
    limits: z.array(limitSchema).min(1).optional().describe('Several limits; a request must pass all.'),
    fields: z.boolean().default(true).describe('Tell clients by RateLimit and RateLimit-Policy.'),
    dryRun: z.boolean().default(false).describe('Refuse nothing, only log what would be refused.'),
    maxKeys: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(1_000_000)
      .describe(
        'Keys to keep in memory for each limit; beyond it those that came early and used little are forgotten.',
      ),
    store: z
      .union(
        [
          z.literal('memory'),
          z.strictObject({
            redis: redisUrl.describe('URL of the Redis that several gateways share.'),
            prefix: z.string().max(100).default('hookway:rate-limit:').describe('What its keys begin with.'),
            timeoutMs: z.int().min(1).max(10_000).default(100).describe('Time that a decision may take.'),
          }),
        ],
        { error: 'must be "memory" or { redis: url }' },
      )
      .default('memory')
      .describe('Where counts are kept.'),
    onStoreError: z
      .enum(['open', 'closed', 'local'])
      .default('local')
      .describe('While Redis is away: let all pass, refuse all with 503, or count in this process.'),
  })
  .superRefine((given, issues) => {
    for (const issue of complaintsAbout(given)) issues.addIssue({ ...issue });
  });

type Given = { readonly [Name in keyof LimitInput]?: LimitInput[Name] | undefined } & {
  readonly limits?: readonly LimitInput[] | undefined;
};
interface Complaint {
  readonly code: 'custom';
  readonly message: string;
  path: PropertyKey[];
}

const ofOneLimit = ['requests', 'windowMs', ...Object.keys(oneLimit)] as readonly (keyof LimitInput)[];

function complaint(message: string, ...path: PropertyKey[]): Complaint {
  return { code: 'custom', message, path };
}

function* complaintsAbout(given: Given): Iterable<Complaint> {
  const { limits } = given;
  if (limits === undefined) {
    if (given.requests === undefined)
      yield complaint('is missing: how many requests in a window?', 'requests');
    if (given.windowMs === undefined) yield complaint('is missing: how long is the window?', 'windowMs');
  }
  const misplaced = limits === undefined ? undefined : ofOneLimit.find((name) => given[name] !== undefined);
  if (misplaced !== undefined)
    yield complaint(`belongs into each of "limits" when there are several`, misplaced);
  const names = new Set<string>();
  for (const [index, limit] of (limits ?? [given]).entries()) {
    const place = limits === undefined ? [] : ['limits', index];
    if (limit.algorithm === 'sliding-window' && limit.burst !== undefined) {
      yield complaint('is of the algorithm gcra; a sliding window has none', ...place, 'burst');
    }
    if (names.has(nameOf(limit, index))) yield complaint('is the name of another limit', ...place, 'name');
    names.add(nameOf(limit, index));
  }
}

const nameOf = ({ name }: Pick<Given, 'name'>, index: number): string =>
  name ?? (index === 0 ? 'default' : `limit-${index + 1}`);

/** One limit with its defaults, and whom it counts. */
export interface KeyedLimit extends Limit {
  readonly key: NonNullable<LimitInput['key']>;
  readonly ipv6Prefix: number;
}

/** The limits that the options give, one or several. */
export function limitsOf(given: Given): KeyedLimit[] {
  const limits = given.limits ?? [given as LimitInput]; // complete, or they would have been refused
  return limits.map(({ name, algorithm = 'gcra', key = 'client', ipv6Prefix = 64, ...rate }, index) => ({
    name: nameOf({ name }, index),
    algorithm,
    requests: rate.requests,
    windowMs: rate.windowMs,
    burst: rate.burst ?? rate.requests,
    key,
    ipv6Prefix,
  }));
}
