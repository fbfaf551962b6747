export interface BackoffRules {
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
}

/** The pause before a retry, counted from 1: twice as long each time, and by chance up to half of it shorter. */
export function backoff(
  retry: number,
  { backoffMs, maxBackoffMs }: BackoffRules,
  random: () => number,
): number {
  const longestMs = Math.min(backoffMs * 2 ** (retry - 1), maxBackoffMs);
  return longestMs * (1 - random() / 2);
}
