import type { Backend } from '../../core/index.ts';
import type { Breaker } from './breaker.ts';

/** Bounds of what goes on at once; undefined for none. */
export interface CircuitLimits {
  readonly maxActive: number | undefined;
  readonly maxPending: number | undefined;
  readonly maxRetries: number | undefined;
}

/** What is needed of a backend here. */
export type Loaded = Pick<Backend, 'activeAttempts'> & {
  readonly pool: Pick<Backend['pool'], 'queueLength'>;
};

/** Some backends that are let through or refused together, one by one or as an upstream. */
export class Circuit {
  readonly breaker: Breaker;
  readonly #backends: readonly Loaded[];
  readonly #limits: CircuitLimits;
  readonly #isLimited: boolean;

  constructor(breaker: Breaker, backends: readonly Loaded[], limits: CircuitLimits) {
    this.breaker = breaker;
    this.#backends = backends;
    this.#limits = limits;
    this.#isLimited = limits.maxActive !== undefined || limits.maxPending !== undefined;
  }

  get admits(): boolean {
    return this.breaker.admits && !(this.#isLimited && this.isFull);
  }

  /** As many requests run or wait as may. */
  get isFull(): boolean {
    let active = 0;
    let pending = 0;
    for (const { activeAttempts, pool } of this.#backends) {
      active += activeAttempts;
      pending += pool.queueLength;
    }
    const { maxActive = Infinity, maxPending = Infinity } = this.#limits;
    return active >= maxActive || pending >= maxPending;
  }
}
