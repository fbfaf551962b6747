import { z } from 'zod';
import {
  definePlugin,
  type Exchange,
  type LocalResponse,
  type PluginHost,
  respond,
  Stage,
} from '../../core/index.ts';
import { parseCredentials } from './credentials.ts';
import { hashPassword } from './password-hash.ts';
import { AuthenticatedUser } from './tokens.ts';
import { watchUsersFile } from './users-file.ts';
import { addUser, loadUsers } from './users.ts';
import { type Verification, Verifier } from './verifier.ts';

export { AuthenticatedUser, hashPassword };

/** Costs are bounded: half of the threads that Node.js has for such work, and no more memory than this takes. */
const bounds = { rememberWrongMs: 10_000, rememberAtMost: 10_000, maxPending: 64, maxRunning: 2 };

const users = z.record(z.string(), z.string()).superRefine((given, issues) => {
  for (const [name, hash] of Object.entries(given)) {
    try {
      addUser(new Map(), name, hash);
    } catch (error) {
      issues.addIssue((error as Error).message);
    }
  }
});

const options = z
  .strictObject({
    users: users.default({}).describe('Names of users with their $scrypt$ hashes, which hashPassword makes.'),
    file: z
      .string()
      .min(1, 'must be the name of a file')
      .optional()
      .describe('File with lines of name:hash; followed when it changes.'),
    realm: z
      .string()
      .regex(/^[ !#-[\]-~]{1,100}$/, 'must be 1 to 100 printable ASCII characters without " and \\')
      .default('Restricted')
      .describe('What browsers tell the user is asked for.'),
    passAuthorization: z.boolean().default(false).describe('Let backends see the Authorization field.'),
    rememberMs: z
      .int()
      .min(0)
      .max(86_400_000)
      .default(300_000)
      .describe('How long a right password is not checked again.'),
  })
  .refine(
    ({ users: inline, file }) => file !== undefined || Object.keys(inline).length > 0,
    'needs "users" or a "file" with them',
  );

/** The answers to those who may not pass. */
function createAnswers(realm: string): Record<Exclude<Verification, 'right'> | 'none', LocalResponse> {
  const challenge = { 'WWW-Authenticate': `Basic realm="${realm}", charset="UTF-8"` }; // RFC 7617 2.1
  return {
    none: respond(401, challenge, undefined, {
      code: 'credentials_missing',
      detail: 'Send a user name and a password.',
    }),
    wrong: respond(401, challenge, undefined, {
      code: 'credentials_wrong',
      detail: 'User name or password is wrong.',
    }),
    busy: respond(503, { 'Retry-After': '1' }, undefined, {
      code: 'credentials_busy',
      detail: 'Too many passwords are being checked.',
    }),
  };
}

/** Users follow their file; one that is wrong or gone leaves them as they were. */
function follow(
  { log, onStart, onRetired, defer }: PluginHost,
  inline: Readonly<Record<string, string>>,
  file: string,
  verifier: Verifier,
): void {
  const read = async (): Promise<void> => {
    const users = await loadUsers(inline, file);
    verifier.replaceUsers(users);
    log.info({ file, users: users.size }, 'the file of users was read again');
  };
  const onError = (err: unknown): void =>
    log.error({ err, file }, 'the file of users is wrong, they stay as they were');
  let stop = (): void => {};
  onStart(() => {
    stop = watchUsersFile(file, { read, onError });
  });
  onRetired(() => stop());
  defer(() => stop());
}

export default definePlugin({
  name: 'basic-auth',
  options,
  async setup(gateway, { users: inline, file, realm, passAuthorization, rememberMs }) {
    const now = (): number => performance.now();
    const verifier = new Verifier(await loadUsers(inline, file), { now, rememberMs, ...bounds });
    if (file !== undefined) follow(gateway, inline, file, verifier);
    const answers = createAnswers(realm);
    const admit = (exchange: Exchange, user: string): undefined => {
      exchange.set(AuthenticatedUser, user);
      if (!passAuthorization) exchange.outbound.fields.delete('authorization');
    };
    const decisions = gateway.counter({
      name: 'decisions_total',
      help: 'Requests by their credentials: none, right, wrong, or busy when too many were being checked.',
      labels: ['credentials'],
    });
    gateway.hooks.onRequest.tapPromise({ stage: Stage.Guard }, async (exchange) => {
      const [value, ...more] = exchange.inbound.fields.getAll('authorization');
      const credentials = value === undefined || more.length > 0 ? undefined : parseCredentials(value);
      const verdict = credentials === undefined ? 'none' : await verifier.verify(credentials);
      decisions.of(verdict).value++;
      return verdict === 'right' ? admit(exchange, credentials!.user) : answers[verdict];
    });
  },
});
