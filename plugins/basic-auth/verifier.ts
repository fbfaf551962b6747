import { createHmac, randomBytes } from 'node:crypto';
import type { Credentials } from './credentials.ts';
import { impossibleHash, isPassword, type PasswordHash } from './password-hash.ts';
import type { Users } from './users.ts';

export interface VerifierSettings {
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** How long a success is remembered; 0 for not at all. */
  readonly rememberMs: number;
  readonly rememberAtMost: number;
  /** Passwords that may be in the works at the same time. */
  readonly maxPending: number;
  readonly check?: (password: string, stored: PasswordHash) => Promise<boolean>;
}

/** Whether credentials are right; busy when there are too many to find out. */
export type Verification = 'right' | 'wrong' | 'busy';

/**
 * Finds out whether credentials are right. That is meant to be slow, so successes are remembered, by a keyed digest
 * and not by the password, and the same credentials at the same time are checked once.
 */
export class Verifier {
  readonly #users: Users;
  readonly #settings: VerifierSettings;
  readonly #key = randomBytes(32);
  /** Digests with the time until which they are remembered, oldest first. */
  readonly #known = new Map<string, number>();
  readonly #pending = new Map<string, Promise<Verification>>();
  readonly #nobody: PasswordHash | undefined;

  constructor(users: Users, settings: VerifierSettings) {
    this.#users = users;
    this.#settings = settings;
    const costliest = [...users.values()].sort((left, right) => costOf(right) - costOf(left))[0];
    this.#nobody = costliest === undefined ? undefined : impossibleHash(costliest);
  }

  /** What is known at once, or else a promise. */
  verify(credentials: Credentials): Verification | Promise<Verification> {
    const digest = this.#digestOf(credentials);
    if (this.#isKnown(digest)) return 'right';
    const pending = this.#pending.get(digest);
    if (pending !== undefined) return pending;
    if (this.#pending.size >= this.#settings.maxPending) return 'busy';
    const checking = this.#check(credentials, digest).finally(() => this.#pending.delete(digest));
    this.#pending.set(digest, checking);
    return checking;
  }

  /** Successes that are remembered. */
  get size(): number {
    return this.#known.size;
  }

  async #check({ user, password }: Credentials, digest: string): Promise<Verification> {
    const { check = isPassword } = this.#settings;
    // a name that is not there takes as long as one that is
    const stored = this.#users.get(user) ?? this.#nobody;
    const isRight = stored !== undefined && (await check(password, stored));
    if (!isRight || !this.#users.has(user)) return 'wrong';
    this.#remember(digest);
    return 'right';
  }

  #isKnown(digest: string): boolean {
    const untilMs = this.#known.get(digest);
    if (untilMs === undefined) return false;
    if (this.#settings.now() < untilMs) return true;
    this.#known.delete(digest);
    return false;
  }

  #remember(digest: string): void {
    const { now, rememberMs, rememberAtMost } = this.#settings;
    if (rememberMs === 0) return;
    if (this.#known.size >= rememberAtMost) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(digest, now() + rememberMs);
  }

  #digestOf({ user, password }: Credentials): string {
    return createHmac('sha256', this.#key).update(`${user}:${password}`).digest('base64');
  }
}

const costOf = ({ ln, r, p }: PasswordHash): number => 2 ** ln * r * p;
