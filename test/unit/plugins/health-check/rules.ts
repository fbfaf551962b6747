import type { StandingRules } from '../../../../plugins/health-check/standing.ts';

/** Rules of which each test changes what it is about. */
export const rules: StandingRules = {
  rise: 2,
  fall: 3,
  consecutiveFailures: 3,
  consecutiveErrors: 4,
  failureShare: 0.5,
  errorShare: 0.75,
  minimumRequests: 8,
  windowMs: 1_000,
  ejectionMs: 100,
  maxEjectionMs: 1_000,
};
