import type { Logger } from '../log/logger.ts';
import type { Generation } from './generation.ts';

/** The gateway whose configurations follow each other. */
export interface GenerationsOwner {
  readonly log: Logger;
  readonly drainTimeoutMs: number;
  /** Ends the connections on which something of that generation runs. */
  cut(generation: Generation): void;
}

/** One generation after the other: the last one serves, those before it finish what they began. */
export class Generations {
  readonly #owner: GenerationsOwner;
  readonly #retired = new Map<Generation, Promise<void>>();
  #current: Generation | undefined;

  constructor(owner: GenerationsOwner) {
    this.#owner = owner;
  }

  /** The one in service; undefined before the first. */
  get current(): Generation | undefined {
    return this.#current;
  }

  /** Generations that still finish what they began. */
  get retiredCount(): number {
    return this.#retired.size;
  }

  /** Exchanges that run now, in all of them. */
  get activeExchanges(): number {
    let active = this.#current?.activeExchanges ?? 0;
    for (const generation of this.#retired.keys()) active += generation.activeExchanges;
    return active;
  }

  /** Puts that one into service instead of the current one. */
  succeed(next: Generation): void {
    const previous = this.#current;
    this.#current = next;
    next.enterService();
    if (previous === undefined) return;
    const retirement = this.#retire(previous).finally(() => this.#retired.delete(previous));
    this.#retired.set(previous, retirement);
  }

  reopenFiles(): void {
    this.#current?.reopenFiles();
    for (const generation of this.#retired.keys()) generation.reopenFiles();
  }

  /** Resolves when none has anything left to do; the one in service ends last. */
  async end(): Promise<void> {
    await Promise.all(this.#retired.values());
    await this.#current?.dispose();
  }

  /** Lets what began in a generation run to its end, for a time. */
  async #retire(generation: Generation): Promise<void> {
    generation.retire();
    const timer = setTimeout(() => {
      const { activeExchanges, number } = generation;
      this.#owner.log.warn(
        { exchanges: activeExchanges, generation: number },
        'ending what an old configuration still runs',
      );
      this.#owner.cut(generation);
    }, this.#owner.drainTimeoutMs);
    await generation.idle();
    clearTimeout(timer);
    await generation.dispose();
  }
}
