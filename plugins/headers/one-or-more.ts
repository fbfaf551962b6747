import { z } from 'zod';

interface Found {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

interface UnionIssue {
  readonly input?: unknown;
  readonly errors?: readonly (readonly Found[])[];
}

function placed({ path, message }: Found): string {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : String(key))).join(' › ');
  return place === '' ? message : `${place}: ${message}`;
}

/** What is wrong with one of them when it is one, with the list when it is a list. */
function explain({ input, errors = [] }: UnionIssue): string {
  const found = errors[Array.isArray(input) ? 1 : 0] ?? [];
  return found.map(placed).join('; ');
}

/** One value or a list of them, read as a list; says what is wrong with it, which a plain union does not. */
export function oneOrMore<Schema extends z.ZodType>(
  schema: Schema,
): z.ZodType<z.output<Schema>[], z.input<Schema> | z.input<Schema>[]> {
  const one = schema.transform((value) => [value]);
  const error = (issue: z.core.$ZodRawIssue): string => explain(issue);
  return z.union([one, z.array(schema).min(1)], { error });
}
