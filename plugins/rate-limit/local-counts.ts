import type { Logger } from '../../core/index.ts';
import { type Limit, MemoryStore } from './memory-store.ts';

const sweepEveryMs = 1_000;

/** A memory store that drops idle keys by itself, and says so when it had to forget others. */
export class LocalCounts {
  readonly store: MemoryStore;
  readonly #timer: NodeJS.Timeout;
  readonly #log: Logger;
  #reported = 0;

  constructor(limits: readonly Limit[], maxKeys: number, log: Logger) {
    this.store = new MemoryStore(limits, maxKeys);
    this.#log = log;
    this.#timer = setInterval(() => this.#sweep(), sweepEveryMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sweep(): void {
    this.store.sweep(performance.now());
    const { forgotten } = this.store;
    if (forgotten === this.#reported) return;
    const keys = forgotten - this.#reported;
    this.#reported = forgotten;
    this.#log.warn({ keys }, 'more keys than maxKeys, counts were forgotten');
  }
}
