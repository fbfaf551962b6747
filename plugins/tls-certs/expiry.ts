import type { Identity } from './identity.ts';

const dayMs = 86_400_000;

/** A certificate that is not to be forgotten. */
export interface Expiring {
  readonly identity: Identity;
  /** Whole days that are left; below 0 when it has expired. */
  readonly days: number;
}

/** The certificates that expire within `withinDays`, the first to expire first. */
export function expiringAmong(
  identities: readonly Identity[],
  withinDays: number,
  nowMs: number,
): Expiring[] {
  return identities
    .map((identity) => ({ identity, days: Math.floor((identity.expiresAtMs - nowMs) / dayMs) }))
    .filter(({ days }) => days < withinDays)
    .sort((a, b) => a.days - b.days);
}
