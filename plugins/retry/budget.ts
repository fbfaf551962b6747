export interface BudgetRules {
  /** Share of the active requests that may be retries. */
  readonly share: number;
  /** So many may be in any case. */
  readonly minConcurrent: number;
}

/** Bounds how many requests of an upstream are being retried at once, so that retries cannot bury it. */
export class RetryBudget {
  /** Requests that pause before their next attempt: they are active, though no attempt runs. */
  pausing = 0;
  readonly #rules: BudgetRules;
  #taken = 0;
  #isExhausted = false;
  readonly #onExhausted: () => void;

  /** `onExhausted` is called once, and again only after all retries were over. */
  constructor(rules: BudgetRules, onExhausted: () => void) {
    this.#rules = rules;
    this.#onExhausted = onExhausted;
  }

  /** Takes room for one more, if there is some; `running` are the requests that do not pause. */
  take(running: number): boolean {
    const { share, minConcurrent } = this.#rules;
    if (this.#taken < Math.max(minConcurrent, Math.floor((running + this.pausing) * share))) {
      this.#taken++;
      return true;
    }
    if (!this.#isExhausted) this.#onExhausted();
    this.#isExhausted = true;
    return false;
  }

  release(): void {
    this.#taken--;
    if (this.#taken === 0) this.#isExhausted = false;
  }
}
