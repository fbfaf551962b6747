import type { AttemptRecord, Backend } from '../../core/index.ts';

/** The candidates that no attempt was made at; all of them when none is left. */
export function untried(
  candidates: readonly Backend[],
  attempts: readonly Pick<AttemptRecord, 'backend'>[],
): readonly Backend[] {
  const left = candidates.filter((candidate) => !attempts.some(({ backend }) => backend === candidate));
  return left.length === 0 ? candidates : left;
}
