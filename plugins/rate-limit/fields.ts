import type { Limit } from './memory-store.ts';
import type { Verdict } from './quota.ts';

/** Whole seconds, as the fields count, and never too few. */
export const seconds = (ms: number): number => Math.ceil(ms / 1_000);

/** A window of whole seconds; a broken one is rounded up, and its quota with it. */
function member({ name, requests, windowMs }: Limit): string {
  const windowSeconds = seconds(windowMs);
  const quota = Math.floor((requests * windowSeconds * 1_000) / windowMs);
  return `"${name}";q=${quota};w=${windowSeconds}`;
}

/** RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10 3): a List of Strings with parameters. */
export function policyField(limits: readonly Limit[]): string {
  return limits.map(member).join(', ');
}

/** A member of RateLimit (draft-ietf-httpapi-ratelimit-headers-10 4). */
export function serviceLimit({ limit, remaining, resetMs }: Verdict): string {
  return `"${limit}";r=${remaining};t=${seconds(resetMs)}`;
}
