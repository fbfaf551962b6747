import { z } from 'zod';
import { isFieldName, isToken } from '../../core/index.ts';
import type { KeyOf } from './hash-key.ts';

const policies = [
  'round-robin',
  'random',
  'least-requests',
  'power-of-two',
  'peak-ewma',
  'ring-hash',
  'maglev',
] as const;

export type PolicyName = (typeof policies)[number];

const fieldName = z.string().refine(isFieldName, 'must be the name of a header field that plugins see');
const cookieName = z.string().refine(isToken, 'must be the name of a cookie');
// for editors: no JSON value is a function
const keyFunction = z.custom<KeyOf>((value) => typeof value === 'function').meta({ not: {} });
const notKeySource =
  'must be "client-address", "path", { header: "name" }, { cookie: "name" } or, in TypeScript, a function';

const notMaxLoad = 'must be a number above 1 and up to 100, or false';

const by = z
  .union(
    [
      z.enum(['client-address', 'path']),
      z.strictObject({ header: fieldName }),
      z.strictObject({ cookie: cookieName }),
      keyFunction,
    ],
    { error: notKeySource },
  )
  .default('client-address')
  .describe('What of a request decides to which backend it belongs.');

const maxLoad = z
  .union([z.number().gt(1, notMaxLoad).max(100, notMaxLoad), z.literal(false)], {
    error: notMaxLoad,
  })
  .optional()
  .describe(
    'With ring-hash: how many times its share of running requests a backend may have; default: 1.25.',
  );

const shape = z.strictObject({
  policy: z
    .enum(policies)
    .default('power-of-two')
    .describe(
      'How one of several backends is chosen; all but ring-hash and maglev by how busy they are or in turn.',
    ),
  hash: z.strictObject({ by, maxLoad }).optional().describe('For ring-hash and maglev.'),
  decayMs: z
    .int()
    .positive()
    .optional()
    .describe('With peak-ewma: time in which a latency loses two thirds of its weight; default: 10000.'),
  slowStartMs: z
    .int()
    .nonnegative()
    .default(0)
    .describe('Time in which a backend that is new or back gets up to its full share; 0: at once.'),
});

export const options = shape.superRefine(({ policy, hash, decayMs }, issues) => {
  const refuse = (path: string[], message: string): void =>
    issues.addIssue({ code: 'custom', path, message });
  if (hash !== undefined && policy !== 'ring-hash' && policy !== 'maglev') {
    refuse(['hash'], `is for the policies ring-hash and maglev, not for ${policy}`);
  } else if (hash?.maxLoad !== undefined && policy !== 'ring-hash') {
    refuse(['hash', 'maxLoad'], `is for the policy ring-hash, not for ${policy}`);
  }
  if (decayMs !== undefined && policy !== 'peak-ewma') {
    refuse(['decayMs'], `is for the policy peak-ewma, not for ${policy}`);
  }
});

export type Settings = z.output<typeof options>;
