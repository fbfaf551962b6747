import { createHmac, randomBytes } from 'node:crypto';
import type { Credentials } from './credentials.ts';
import { Lane } from './lane.ts';
import { impossibleHash, isPassword, type PasswordHash } from './password-hash.ts';
import { Recent } from './recent.ts';
import type { Users } from './users.ts';

export interface VerifierSettings {
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** How long a success is remembered; 0 for not at all. */
  readonly rememberMs: number;
  /** How long a failure is. */
  readonly rememberWrongMs: number;
  /** Of each kind. */
  readonly rememberAtMost: number;
  /** Passwords that may be in the works or wait for it. */
  readonly maxPending: number;
  /** Passwords that may be in the works at the same time. */
  readonly maxRunning: number;
  readonly check?: (password: string, stored: PasswordHash) => Promise<boolean>;
}

/** Whether credentials are right; busy when there are too many to find out. */
export type Verification = 'right' | 'wrong' | 'busy';

/**
 * Finds out whether credentials are right. That is meant to be slow, so what was found is remembered, by a keyed digest
 * and not by the password, and the same credentials at the same time are checked once.
 */
export class Verifier {
  readonly #settings: VerifierSettings;
  readonly #key = randomBytes(32);
  readonly #right: Recent;
  readonly #wrong: Recent;
  readonly #pending = new Map<string, Promise<Verification>>();
  readonly #lane: Lane;
  #users: Users;
  #nobody: PasswordHash | undefined;

  constructor(users: Users, settings: VerifierSettings) {
    const { now, rememberMs, rememberWrongMs, rememberAtMost: atMost, maxRunning } = settings;
    this.#settings = settings;
    this.#right = new Recent({ now, forMs: rememberMs, atMost });
    this.#wrong = new Recent({ now, forMs: rememberWrongMs, atMost });
    this.#lane = new Lane(maxRunning);
    this.#users = users;
    this.#nobody = nobodyAmong(users);
  }

  /** What is known at once, or else a promise. */
  verify(credentials: Credentials): Verification | Promise<Verification> {
    const digest = this.#digestOf(credentials);
    if (this.#right.has(digest)) return 'right';
    if (this.#wrong.has(digest)) return 'wrong';
    const pending = this.#pending.get(digest);
    if (pending !== undefined) return pending;
    if (this.#pending.size >= this.#settings.maxPending) return 'busy';
    const checking = this.#check(credentials, digest).finally(() => this.#pending.delete(digest));
    this.#pending.set(digest, checking);
    return checking;
  }

  /** From now on these are the users, and what was found of others is forgotten. */
  replaceUsers(users: Users): void {
    this.#users = users;
    this.#nobody = nobodyAmong(users);
    this.#right.clear();
    this.#wrong.clear();
  }

  /** What is remembered. */
  get size(): number {
    return this.#right.size + this.#wrong.size;
  }

  async #check({ user, password }: Credentials, digest: string): Promise<Verification> {
    const { check = isPassword } = this.#settings;
    return this.#lane.run(async () => {
      const users = this.#users;
      // a name that is not there takes as long as one that is
      const stored = users.get(user) ?? this.#nobody;
      const isRight = stored !== undefined && (await check(password, stored)) && users.has(user);
      // meanwhile they may be others
      if (users === this.#users) (isRight ? this.#right : this.#wrong).add(digest);
      return isRight ? 'right' : 'wrong';
    });
  }

  #digestOf({ user, password }: Credentials): string {
    return createHmac('sha256', this.#key).update(`${user}:${password}`).digest('base64');
  }
}

const costOf = ({ ln, r, p }: PasswordHash): number => 2 ** ln * r * p;

/** The hash for names that nobody has, as costly as the costliest. */
function nobodyAmong(users: Users): PasswordHash | undefined {
  const [costliest] = [...users.values()].sort((left, right) => costOf(right) - costOf(left));
  return costliest === undefined ? undefined : impossibleHash(costliest);
}
