import { z } from 'zod';
import { parseAuthority } from '../../core/index.ts';
import { oneOrMore } from '../headers/index.ts';
import { mayTakeLong } from './pattern-cost.ts';
import { createSubstitution } from './substitution.ts';

/** Longer paths are not given to a regular expression. */
export const maxPathLength = 2_048;

const dotSegment = /\/(?:\.|%2e){1,2}(?:$|[/;])/i;

function complaintOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const prefix = z
  .string()
  .regex(/^\/(?!\/)[\x21-\x7e]*$/, 'must begin with one "/" and have no blanks')
  .refine((path) => !/[?#\\]/.test(path), 'must be a path, without "?", "#" and "\\"')
  .refine((path) => !dotSegment.test(path), 'must not have "." or ".." as a segment');

const pattern = z.string().superRefine((source, issues) => {
  const complaint = complaintOf(() => {
    if (mayTakeLong(source, maxPathLength))
      throw new Error(
        'may take too long for some paths: begin it with "^", repeat nothing that repeats, and write "[^/]+" for ".+"',
      );
  });
  if (complaint !== undefined) issues.addIssue(complaint);
});

const regex = z
  .strictObject({
    pattern: pattern.describe('Regular expression that the path, as it came, is searched for.'),
    replacement: z.string().describe('Takes the place of the match; $1 and $<name> are its groups.'),
  })
  .superRefine(({ pattern: source, replacement }, issues) => {
    const complaint = complaintOf(() => createSubstitution(new RegExp(source, 'u'), replacement));
    if (complaint !== undefined)
      issues.addIssue({ code: 'custom', message: complaint, path: ['replacement'] });
  });

const host = z.string().refine((text) => complaintOf(() => parseAuthority(text)) === undefined, {
  message: 'must be a host, with a port if need be',
});

export const options = z.strictObject({
  stripPrefix: prefix.optional().describe('Segments that are taken away from the start of the path.'),
  replacePrefix: z
    .record(prefix, prefix)
    .default({})
    .describe('First segments with those that take their place; the longest that fits.'),
  regex: oneOrMore(regex).default([]).describe('Patterns of paths; the first that matches is replaced.'),
  addPrefix: prefix.optional().describe('Segments that are put before the path.'),
  query: z
    .strictObject({
      set: z.record(z.string().min(1), z.string()).default({}),
      remove: z.array(z.string().min(1)).default([]),
    })
    .optional()
    .describe('Parameters of the query that are set and removed.'),
  host: host.optional().describe('Host that backends are asked for.'),
});

export type Options = z.output<typeof options>;
