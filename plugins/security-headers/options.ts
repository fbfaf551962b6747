import { z } from 'zod';
import { isFieldValue } from '../../core/index.ts';

const value = z
  .string()
  .min(1)
  .refine(isFieldValue, 'must have no line breaks and no characters beyond U+00FF');
const name = z.string().regex(/^[a-z-]+$/, 'must be the name of a directive or feature');
const word = value.regex(/^[^\s;,"]+$/, 'must have no blanks, quotes, commas and semicolons');
const policy = z.union(
  [value, z.record(name, z.array(word))],
  'must be a text, or names with lists of texts',
);

const referrerPolicies = [
  'no-referrer',
  'no-referrer-when-downgrade',
  'origin',
  'origin-when-cross-origin',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
] as const;

const yearSeconds = 31_536_000;
const hsts = z
  .strictObject({
    maxAgeSeconds: z.int().min(0).default(yearSeconds),
    includeSubDomains: z.boolean().default(false),
    preload: z.boolean().default(false),
  })
  .refine((given) => !given.preload || (given.includeSubDomains && given.maxAgeSeconds >= yearSeconds), {
    message: `needs includeSubDomains and a maxAgeSeconds of ${yearSeconds} or more`,
    path: ['preload'],
  });

const off = z.literal(false);

export const options = z.strictObject({
  hsts: z
    .union([off, hsts], { error: 'must be false or an object' })
    .prefault({})
    .describe('Strict-Transport-Security, over https only.'),
  contentTypeOptions: z.boolean().default(true).describe('X-Content-Type-Options: nosniff.'),
  frames: z
    .union([off, z.enum(['none', 'same-origin']), z.array(word).min(1)], {
      error: 'must be false, "none", "same-origin" or a list of origins',
    })
    .default('same-origin')
    .describe('Who may show pages in a frame: X-Frame-Options and frame-ancestors.'),
  referrerPolicy: z
    .union([off, z.enum(referrerPolicies)], {
      error: `must be false or one of ${referrerPolicies.join(', ')}`,
    })
    .default('strict-origin-when-cross-origin')
    .describe('Referrer-Policy.'),
  permissionsPolicy: policy.optional().describe('Permissions-Policy, as text or as features with origins.'),
  contentSecurityPolicy: policy
    .optional()
    .describe('Content-Security-Policy, as text or as directives with sources.'),
  reportOnly: z.boolean().default(false).describe('The policy is only reported, not enforced.'),
  override: z.boolean().default(false).describe('Replace what backends say of their own.'),
});

export type Options = z.output<typeof options>;
