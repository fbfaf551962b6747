import { backoff, type BackoffRules } from './backoff.ts';

export interface RetryRules extends BackoffRules {
  /** Attempts in total. */
  readonly attempts: number;
  readonly failures: readonly string[];
  readonly statuses: readonly number[];
}

/** What is known when an attempt did not do. */
export interface Situation {
  /** Code of the failure, or status of the response. */
  readonly met: string | number;
  /** Another attempt can do no harm. */
  readonly mayRetry: boolean;
  /** The backend cannot have seen anything of the request. */
  readonly nothingSent: boolean;
  /** Attempts so far. */
  readonly attempts: number;
  /** A healthy backend is left where there was none. */
  readonly isAnotherLeft: boolean;
  /** Time until the exchange as a whole is given up. */
  readonly leftMs: number;
}

/** After how many milliseconds to try again; undefined for not at all. */
export function pauseBeforeRetry(
  situation: Situation,
  rules: RetryRules,
  random: () => number,
): number | undefined {
  const { met, mayRetry, nothingSent, attempts, isAnotherLeft, leftMs } = situation;
  if (!mayRetry || attempts >= rules.attempts) return undefined;
  const isWanted = typeof met === 'string' ? rules.failures.includes(met) : rules.statuses.includes(met);
  if (!isWanted) return undefined;
  const pauseMs = nothingSent && isAnotherLeft ? 0 : backoff(attempts, rules, random);
  return pauseMs < leftMs ? pauseMs : undefined;
}
