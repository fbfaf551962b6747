import { z } from 'zod';
import { isFieldName, isToken } from '../../core/index.ts';
import type { KeyFunction } from './keys.ts';

const fieldName = z.string().refine(isFieldName, 'must be the name of a header field that plugins see');
const cookieName = z.string().refine(isToken, 'must be the name of a cookie');

const keyPart = z.union(
  [
    z.enum(['client', 'route']),
    z.strictObject({ header: fieldName }),
    z.strictObject({ cookie: cookieName }),
    z.custom<KeyFunction>((value) => typeof value === 'function'),
  ],
  { error: 'must be "client", "route", { header: name }, { cookie: name } or a function' },
);

/** The option that says what requests are told apart by. */
export const keySchema = z.union([keyPart, z.array(keyPart).min(1, 'must name at least one thing')], {
  error: 'must be "client", "route", { header: name }, { cookie: name }, a function, or a list of these',
});

export const ipv6PrefixSchema = z.int().min(1).max(128);
