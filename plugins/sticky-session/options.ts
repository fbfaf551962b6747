import { z } from 'zod';
import { isFieldName, isToken } from '../../core/index.ts';

const standardCookie = 'hw_backend';
const secret = z.string().min(16, 'must have at least 16 characters');

const shape = z.strictObject({
  cookie: z
    .string()
    .refine(isToken, 'must be the name of a cookie')
    .optional()
    .describe(`Name of the cookie; default: ${standardCookie}.`),
  header: z
    .string()
    .refine(isFieldName, 'must be the name of a header field that plugins may set')
    .optional()
    .describe('Name of a field of request and response to use instead of a cookie.'),
  secret: z
    .union([secret, z.array(secret).min(1, 'must have at least one secret')], {
      error: 'must be a secret or a list of secrets',
    })
    .describe('Signs; of a list the first one, the others are still believed.'),
  onFailure: z
    .enum(['redistribute', 'reject'])
    .default('redistribute')
    .describe('What happens when the backend of a session is not available: go to another one, or 503.'),
  maxAgeSeconds: z
    .int()
    .positive()
    .max(34_560_000, 'must be 400 days at most (34560000), more is cut by browsers')
    .optional()
    .describe('How long a session lasts; default: until the browser is closed.'),
  path: z
    .string()
    .regex(/^\/[!-:<-~]*$/, 'must begin with "/" and have no blanks and semicolons')
    .default('/')
    .describe('Path of the cookie.'),
  domain: z
    .string()
    .regex(/^\.?(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+$/, 'must be a host name, like "example.com"')
    .optional()
    .describe('Domain of the cookie; default: the host of the request only.'),
  secure: z
    .union([z.boolean(), z.literal('auto')], { error: 'must be true, false or "auto"' })
    .default('auto')
    .describe('Whether the cookie is sent over HTTPS only; auto: when the client uses HTTPS.'),
  sameSite: z
    .enum(['strict', 'lax', 'none'])
    .default('lax')
    .describe('Whether the cookie is sent with requests that other sites cause.'),
});

type Shape = z.output<typeof shape>;

/** What browsers would throw away (RFC 6265bis 4.1.3). */
function brokenPrefix({ cookie = '', path, domain, secure }: Shape): string | undefined {
  if (/^__(Secure|Host)-/i.test(cookie) && secure !== true) return `${cookie} needs secure: true`;
  if (!/^__Host-/i.test(cookie)) return undefined;
  return path === '/' && domain === undefined ? undefined : `${cookie} needs the path "/" and no domain`;
}

/** Options that say something about the cookie and are not as they are by default. */
function givenForCookie({ path, domain, secure, sameSite }: Shape): string[] {
  const isGiven = {
    path: path !== '/',
    domain: domain !== undefined,
    secure: secure !== 'auto',
    sameSite: sameSite !== 'lax',
  };
  return Object.entries(isGiven).flatMap(([name, given]) => (given ? [name] : []));
}

export const options = shape.superRefine((settings, issues) => {
  const { cookie, header, secure, sameSite } = settings;
  const refuse = (path: string, message: string): void =>
    issues.addIssue({ code: 'custom', path: [path], message });
  if (cookie !== undefined && header !== undefined) refuse('header', 'cannot be used together with cookie');
  if (header !== undefined) {
    for (const name of givenForCookie(settings)) refuse(name, 'is for the cookie, not for a header field');
  }
  if (sameSite === 'none' && secure === false) refuse('sameSite', 'none needs secure: true or "auto"');
  const broken = brokenPrefix(settings);
  if (broken !== undefined) refuse('cookie', broken);
});

export type Settings = z.output<typeof options>;

export const cookieNameOf = ({ cookie = standardCookie }: Settings): string => cookie;
export const secretsOf = ({ secret: given }: Settings): readonly string[] =>
  typeof given === 'string' ? [given] : given;
