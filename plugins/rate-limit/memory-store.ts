import { Gcra } from './gcra.ts';
import type { Quota, Rate, Verdict } from './quota.ts';
import { SlidingWindow } from './sliding-window.ts';

/** A rate with the name that it has in answers and logs. */
export interface Limit extends Rate {
  readonly name: string;
}

/** The counts of several limits that a request must all pass, in the memory of this process. */
export class MemoryStore {
  readonly #names: readonly string[];
  readonly #quotas: readonly Quota[];

  /** `maxKeys` is for each limit. */
  constructor(limits: readonly Limit[], maxKeys: number) {
    this.#names = limits.map(({ name }) => name);
    this.#quotas = limits.map((limit) =>
      limit.algorithm === 'gcra' ? new Gcra(limit, maxKeys) : new SlidingWindow(limit, maxKeys),
    );
  }

  /**
   * Decides about a request that has such a key for each limit, undefined for those that do not concern it. It is
   * charged to all of them when all admit it, else to none. Undefined when no limit concerns it.
   */
  decide(keys: readonly (string | undefined)[], nowMs: number): Verdict | undefined {
    const quotas = this.#quotas;
    let refusing = -1;
    let retryAfterMs = 0;
    for (let i = 0; i < quotas.length; i++) {
      const key = keys[i];
      const waitMs = key === undefined ? 0 : quotas[i]!.waitMs(key, nowMs);
      if (waitMs <= retryAfterMs) continue;
      retryAfterMs = waitMs;
      refusing = i;
    }
    return refusing < 0 ? this.#charge(keys) : this.#verdict(refusing, retryAfterMs);
  }

  sweep(nowMs: number): void {
    for (const quota of this.#quotas) quota.sweep(nowMs);
  }

  /** Keys that all limits together know. */
  get size(): number {
    return this.#quotas.reduce((sum, { size }) => sum + size, 0);
  }

  /** Keys that were forgotten because there were too many. */
  get forgotten(): number {
    return this.#quotas.reduce((sum, { forgotten }) => sum + forgotten, 0);
  }

  #charge(keys: readonly (string | undefined)[]): Verdict | undefined {
    let nearest = -1;
    let least = Infinity;
    for (let i = 0; i < this.#quotas.length; i++) {
      if (keys[i] === undefined) continue;
      const quota = this.#quotas[i]!;
      quota.take();
      const { remaining } = quota;
      if (remaining >= least) continue;
      least = remaining;
      nearest = i;
    }
    return nearest < 0 ? undefined : this.#verdict(nearest, 0);
  }

  #verdict(index: number, retryAfterMs: number): Verdict {
    const { remaining, resetMs } = this.#quotas[index]!;
    const isAdmitted = retryAfterMs === 0;
    return {
      isAdmitted,
      limit: this.#names[index]!,
      remaining: isAdmitted ? remaining : 0,
      resetMs,
      retryAfterMs,
    };
  }
}
