import type { Logger } from '../../core/index.ts';

const quietMs = 60_000;

/** Counts failures of tracing and says at most once a minute that there are some: every request may bring one. */
export class FailureReport {
  readonly #log: Logger;
  readonly #total: { value: number };
  readonly #nowMs: () => number;
  #quietUntilMs = -Infinity;

  constructor(log: Logger, total: { value: number }, nowMs: () => number = () => performance.now()) {
    this.#log = log;
    this.#total = total;
    this.#nowMs = nowMs;
  }

  add(err: unknown): void {
    const failures = ++this.#total.value;
    const nowMs = this.#nowMs();
    if (nowMs < this.#quietUntilMs) return;
    this.#quietUntilMs = nowMs + quietMs;
    this.#log.warn({ err, failures }, 'tracing failed, requests go on without it');
  }
}
