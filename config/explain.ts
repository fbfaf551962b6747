import { z } from 'zod';
import { type ConfigurationProblem, hint } from '../core/index.ts';

type RawIssue = z.core.$ZodRawIssue;
type Issue = z.core.$ZodIssue;

const kinds: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  function: 'a function',
  RegExp: 'a regular expression',
};

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : String(value);
  return kinds[typeof value] ?? typeof value;
}

const listOf = (values: readonly unknown[]): string =>
  values.map((value) => (typeof value === 'string' ? JSON.stringify(value) : String(value))).join(', ');

function wrongType(expected: string, input: unknown): string {
  const kind = kinds[expected] ?? expected;
  return input === undefined ? `is missing, expected ${kind}` : `expected ${kind}, got ${kindOf(input)}`;
}

function wrongValue({ values, input, inst }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidValue>): string {
  const expected = `expected ${inst instanceof z.ZodLiteral && values.length === 1 ? '' : 'one of '}${listOf(values)}`;
  if (input === undefined) return `is missing, ${expected}`;
  return `${expected}, got ${typeof input === 'string' ? JSON.stringify(input) : kindOf(input)}`;
}

const units: Record<string, string> = { array: ' element', string: ' character', set: ' element' };

function outOfRange(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const isTooSmall = issue.code === 'too_small';
  const limit = isTooSmall ? issue.minimum : issue.maximum;
  const unit = units[issue.origin] ?? '';
  const verb = unit === '' ? 'must be' : 'must have';
  if (issue.inclusive === false) return `${verb} ${isTooSmall ? 'more' : 'less'} than ${limit}`;
  return `${verb} at ${isTooSmall ? 'least' : 'most'} ${limit}${unit}${unit === '' || Number(limit) === 1 ? '' : 's'}`;
}

function knownKeys(schema: unknown): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function unknownKeys(keys: readonly string[], known: readonly string[]): string {
  return keys.map((key) => `unknown key ${JSON.stringify(key)}${hint(key, known)}`).join('; ');
}

/** Words one issue; undefined leaves it to zod. A message that the schema's author gave wins over it. */
function wordIssue(issue: RawIssue): string | undefined {
  if (issue.code === 'invalid_type') return wrongType(issue.expected, issue.input);
  if (issue.code === 'invalid_value') return wrongValue(issue);
  if (issue.code === 'too_small' || issue.code === 'too_big')
    return outOfRange(issue as z.core.$ZodIssueTooSmall);
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue.keys, knownKeys(issue.inst));
  return undefined;
}

/** A value of another type, or one that a schema without words of its own does not take. */
const isOtherKind = ({ path, code, message }: Issue): boolean =>
  path.length === 0 && (code === 'invalid_type' || (code === 'custom' && message === 'Invalid input'));

/** What is wrong with a value that may be of several kinds is what is wrong with the kind that it is. */
function expandUnion(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const branch = issue.errors.find((issues) => !issues.some(isOtherKind));
  if (branch !== undefined) {
    return branch.flatMap((inner) => expandUnion({ ...inner, path: [...issue.path, ...inner.path] }));
  }
  const wanted = issue.errors
    .flat()
    .flatMap((inner) => (inner.code === 'invalid_type' ? [inner.expected] : []));
  return [{ ...issue, message: `expected ${wanted.map((kind) => kinds[kind] ?? kind).join(' or ')}` }];
}

/** Writes a path in the form `routes[0] › upstream`, below `base`. */
export function placeOf(path: readonly PropertyKey[], base?: string): string {
  const steps = base === undefined ? [] : [base];
  for (const key of path) {
    if (typeof key === 'number' && steps.length > 0) steps.push(`${steps.pop()}[${key}]`);
    else steps.push(typeof key === 'number' ? `[${key}]` : String(key));
  }
  return steps.join(' › ');
}

/** Whatever `schema` finds wrong with `input`, with places below `base`; empty when nothing is. */
export function problemsOf(schema: z.ZodType, input: unknown, base?: string): ConfigurationProblem[] {
  const result = schema.safeParse(input, { error: wordIssue });
  if (result.success) return [];
  return result.error.issues.flatMap(expandUnion).map(({ path, message }) => ({
    place: placeOf(path, base),
    message: message.replace(/^Invalid input: /, ''),
  }));
}
