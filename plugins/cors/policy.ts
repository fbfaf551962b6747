import { FieldBlock, isFieldValue, isToken, remember } from '../../core/index.ts';
import { createOriginTest } from './origins.ts';

/** What pages of other origins may do. */
export interface Policy {
  readonly origins: readonly (string | RegExp)[];
  readonly methods: readonly string[];
  /** `*` for whatever is asked for. */
  readonly allowedHeaders: '*' | readonly string[];
  readonly exposedHeaders: readonly string[];
  readonly credentials: boolean;
  readonly maxAgeSeconds: number;
}

const rememberAtMost = 256;
const mostRequestedHeaders = 64;

/** The fields that let a page of that origin read a response; undefined when it may not. */
export type Permission = (origin: string) => FieldBlock | undefined;

/** Remembers answers: pages have few origins, and ask many times. */
export function createPermission({ origins, exposedHeaders, credentials }: Policy): Permission {
  const isAllowed = createOriginTest(origins);
  const isForAll = origins.includes('*') && !credentials;
  const decide: Permission = (origin) => {
    if (!isAllowed(origin) || !isFieldValue(origin)) return undefined;
    const fields: [string, string][] = [['Access-Control-Allow-Origin', isForAll ? '*' : origin]];
    if (credentials) fields.push(['Access-Control-Allow-Credentials', 'true']);
    if (exposedHeaders.length > 0) fields.push(['Access-Control-Expose-Headers', exposedHeaders.join(', ')]);
    return FieldBlock.from(fields);
  };
  return remember(decide, rememberAtMost);
}

/** The names that were asked for, as one list; undefined when some are no names. */
function repeated(requested: string): string | undefined {
  const names = requested.split(',', mostRequestedHeaders + 1).map((name) => name.trim());
  const isSound = names.length <= mostRequestedHeaders && names.every((name) => isToken(name));
  return isSound ? names.join(', ') : undefined;
}

/** The fields of the answer to a preflight request that allow methods and headers. */
export function createPreflight({
  methods,
  allowedHeaders,
  maxAgeSeconds,
}: Policy): (requested: string | undefined) => [string, string][] {
  const always: [string, string][] = [
    ['Access-Control-Allow-Methods', methods.join(', ')],
    ['Access-Control-Max-Age', String(maxAgeSeconds)],
  ];
  const listed = allowedHeaders === '*' ? undefined : allowedHeaders.join(', ');
  if (listed === undefined) always.push(['Vary', 'Access-Control-Request-Headers']);
  return (requested) => {
    const allowed = listed ?? (requested === undefined ? undefined : repeated(requested));
    if (allowed === undefined || allowed === '') return always;
    return [...always, ['Access-Control-Allow-Headers', allowed]];
  };
}
