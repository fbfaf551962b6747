/** What would have been refused; keys are not named, they may be credentials. */
export interface DryRunLine {
  readonly refused: number;
  /** Of the last one. */
  readonly limit: string;
}

/** Counts what a dry run would refuse, and tells it at most once in a while. */
export class DryRun {
  readonly #everyMs: number;
  readonly #log: (line: DryRunLine) => void;
  #nextAtMs = 0;
  #refused = 0;

  constructor(everyMs: number, log: (line: DryRunLine) => void) {
    this.#everyMs = everyMs;
    this.#log = log;
  }

  add(limit: string, nowMs: number): void {
    this.#refused++;
    if (nowMs < this.#nextAtMs) return;
    this.#nextAtMs = nowMs + this.#everyMs;
    this.#log({ refused: this.#refused, limit });
    this.#refused = 0;
  }
}
