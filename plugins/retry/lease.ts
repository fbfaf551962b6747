import { Slot, type Upstream } from '../../core/index.ts';

/** The room that one exchange has taken for its retries at an upstream, and its pause before the next attempt. */
export class Lease {
  readonly upstream: Upstream;
  readonly #giveBack: () => void;
  #isReleased = false;
  #timer: NodeJS.Timeout | undefined;
  #onOver: (() => void) | undefined;

  constructor(upstream: Upstream, giveBack: () => void) {
    this.upstream = upstream;
    this.#giveBack = giveBack;
  }

  /** Resolves after that time, or when the exchange is over. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onOver = resolve;
      this.#timer = setTimeout(resolve, ms);
    });
  }

  /** The exchange tries no more; may be called again. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    clearTimeout(this.#timer);
    this.#onOver?.();
    this.#giveBack();
  }
}

export const RetryLease = new Slot<Lease>('retry-lease');
