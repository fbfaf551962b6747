import type { Logger } from '../../core/index.ts';

const quietMs = 60_000;

/** Says at most once a minute that tracing fails, for it may fail with every request. */
export class FailureReport {
  readonly #log: Logger;
  readonly #nowMs: () => number;
  #quietUntilMs = -Infinity;
  #unreported = 0;

  constructor(log: Logger, nowMs: () => number = () => performance.now()) {
    this.#log = log;
    this.#nowMs = nowMs;
  }

  add(err: unknown): void {
    this.#unreported++;
    const nowMs = this.#nowMs();
    if (nowMs < this.#quietUntilMs) return;
    this.#quietUntilMs = nowMs + quietMs;
    this.#log.warn({ err, failures: this.#unreported }, 'tracing failed, requests go on without it');
    this.#unreported = 0;
  }
}
