import type { Backend } from '../upstream/backend.ts';
import type { AttemptRecord } from './exchange.ts';

/** True when no attempt was made at the backend. */
export function isUntried(backend: Backend, attempts: readonly Pick<AttemptRecord, 'backend'>[]): boolean {
  return !attempts.some((attempt) => attempt.backend === backend);
}

/** The candidates that no attempt was made at; all of them when none is left. */
export function untried(
  candidates: readonly Backend[],
  attempts: readonly Pick<AttemptRecord, 'backend'>[],
): readonly Backend[] {
  const left = candidates.filter((backend) => isUntried(backend, attempts));
  return left.length === 0 ? candidates : left;
}
