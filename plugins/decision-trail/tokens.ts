import { Service } from '../../core/index.ts';
import type { TrailRecord } from './record.ts';

/** The decision trails that were written last. */
export interface DecisionTrails {
  /** Newest first. */
  recent(): readonly TrailRecord[];
  /** That of an exchange, by its id; undefined when there is none (any more). */
  find(exchange: string): TrailRecord | undefined;
}

export const DecisionTrails = new Service<DecisionTrails>('decision-trails');
