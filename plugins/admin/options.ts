import { z } from 'zod';
import { parseAddressBlocks } from '../../core/index.ts';
import { isLoopbackEntry, isLoopbackHost } from './addresses.ts';

const makeOne = 'make one with "openssl rand -hex 32"';

const token = z
  .string()
  .min(16, `must have at least 16 characters; ${makeOne}`)
  .regex(/^[\x21-\x7e]*$/, 'must consist of visible ASCII characters without blanks');

const block = z.string().superRefine((text, issues) => {
  try {
    parseAddressBlocks(text);
  } catch (error) {
    issues.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

const mountPath = z
  .string()
  .regex(/^(\/(?!\.{1,2}(\/|$))[\w.~-]+)+$/, 'must be a path such as "/config", without a slash at its end');

const mount = z.strictObject({
  path: mountPath.describe('Where the API is on the listeners of the gateway.'),
  allow: z
    .array(block)
    .min(1)
    .default(['loopback'])
    .describe('Clients that may ask there: addresses, CIDR blocks, "loopback", "private".'),
});

/** The same when only the path is given. */
export function mountOf(given: string | MountOptions): MountOptions {
  return typeof given === 'string' ? mount.parse({ path: given }) : given;
}

/** Whether somebody else than this machine has addresses of an entry; one that is none is complained about elsewhere. */
function isOpen(entry: string): boolean {
  try {
    return !isLoopbackEntry(entry);
  } catch {
    return false;
  }
}

const notWithoutToken = `is not for this machine alone, which takes a "token"; ${makeOne}`;

export const options = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('Address of its own listener.'),
    port: z
      .union([z.int().min(0).max(65_535), z.literal(false)])
      .default(9901)
      .describe('Port of its own listener; false: none.'),
    token: token
      .optional()
      .describe('Who sends it as Authorization: Bearer may do everything, others nothing.'),
    mount: z
      .union([mountPath, mount])
      .optional()
      .describe('Also on the listeners of the gateway, below this path.'),
    hosts: z
      .array(z.string().min(1).toLowerCase())
      .default([])
      .describe('Names beside localhost by which it may be asked without a token.'),
    openProbes: z.boolean().default(true).describe('Answer /health and /ready without the token.'),
    requiredUpstreams: z
      .array(z.string())
      .default([])
      .describe('Without a usable backend of each of these the gateway is not ready.'),
  })
  .superRefine((given, issues) => {
    if (given.port === false && given.mount === undefined)
      issues.addIssue({ code: 'custom', path: ['port'], message: 'is false, so that a "mount" is needed' });
    if (given.token !== undefined) return;
    if (given.port !== false && !isLoopbackHost(given.host)) {
      const message = `${JSON.stringify(given.host)} ${notWithoutToken}`;
      issues.addIssue({ code: 'custom', path: ['host'], message });
    }
    const open = typeof given.mount === 'object' ? given.mount.allow.find(isOpen) : undefined;
    if (open !== undefined) {
      const message = `${JSON.stringify(open)} ${notWithoutToken}`;
      issues.addIssue({ code: 'custom', path: ['mount', 'allow'], message });
    }
  });

export type Options = z.output<typeof options>;
export type MountOptions = z.output<typeof mount>;
