/** Is told once when the store goes away, and once when it is back. */
export interface StoreListener {
  onAway(error: unknown): void;
  onBack(): void;
}

/** Keeps requests from waiting for a store that is away: after a failure one in a while tries it. */
export class StoreWatch {
  readonly #retryMs: number;
  readonly #listener: StoreListener;
  #isAway = false;
  #retryAtMs = 0;

  constructor(retryMs: number, listener: StoreListener) {
    this.#retryMs = retryMs;
    this.#listener = listener;
  }

  /** Whether this request is to ask the store. */
  mayAsk(nowMs: number): boolean {
    if (!this.#isAway) return true;
    if (nowMs < this.#retryAtMs) return false;
    this.#retryAtMs = nowMs + this.#retryMs;
    return true;
  }

  /** The store may be back: the next request tries it. */
  expectSuccess(): void {
    this.#retryAtMs = 0;
  }

  succeeded(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#listener.onBack();
  }

  failed(error: unknown, nowMs: number): void {
    this.#retryAtMs = nowMs + this.#retryMs;
    if (this.#isAway) return;
    this.#isAway = true;
    this.#listener.onAway(error);
  }
}
