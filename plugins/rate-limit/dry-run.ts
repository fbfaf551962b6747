/** What would have been refused; keys are not named, they may be credentials. */
export interface DryRunLine {
  readonly refused: number;
  /** Of the last one. */
  readonly limit: string;
}

export interface DryRunSettings {
  readonly everyMs: number;
  readonly log: (line: DryRunLine) => void;
  /** Runs something later, unless the function that it returns is called before. */
  readonly setTimeout: (run: () => void, ms: number) => () => void;
}

/** Counts what a dry run would refuse, and tells it: the first at once, what follows at most once in a while. */
export class DryRun {
  readonly #settings: DryRunSettings;
  #cancelTimer: (() => void) | undefined;
  #refused = 0;
  #limit = '';

  constructor(settings: DryRunSettings) {
    this.#settings = settings;
  }

  add(limit: string): void {
    this.#refused++;
    this.#limit = limit;
    if (this.#cancelTimer === undefined) this.#tell();
  }

  /** Tells what was not told yet. */
  close(): void {
    this.#cancelTimer?.();
    if (this.#refused > 0) this.#log();
  }

  #tell(): void {
    this.#cancelTimer = undefined;
    if (this.#refused === 0) return;
    const { everyMs, setTimeout } = this.#settings;
    this.#cancelTimer = setTimeout(() => this.#tell(), everyMs);
    this.#log();
  }

  #log(): void {
    this.#settings.log({ refused: this.#refused, limit: this.#limit });
    this.#refused = 0;
  }
}
