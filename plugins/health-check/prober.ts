import type { Clock } from './clock.ts';

/** Tells once what is wrong, or undefined for nothing; the function that is returned breaks it off. */
export type Probe = (done: (problem: string | undefined) => void) => () => void;

export interface ProberRules {
  readonly intervalMs: number;
  /** Part of the interval by which it varies up and down, so that gateways do not probe in step. */
  readonly jitter: number;
}

/** Probes from time to time, one probe after the other. */
export class Prober {
  readonly #probe: Probe;
  readonly #rules: ProberRules;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #onResult: (problem: string | undefined) => void;
  #cancel: () => void = () => {};
  #isStopped = false;

  constructor(
    probe: Probe,
    rules: ProberRules,
    clock: Clock,
    random: () => number,
    onResult: (problem: string | undefined) => void,
  ) {
    this.#probe = probe;
    this.#rules = rules;
    this.#clock = clock;
    this.#random = random;
    this.#onResult = onResult;
  }

  /** Begins in this turn of the event loop's timers. */
  start(): void {
    this.#cancel = this.#clock.setTimeout(this.#next, 0);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  readonly #next = (): void => {
    const { intervalMs, jitter } = this.#rules;
    const pauseMs = intervalMs * (1 + jitter * (2 * this.#random() - 1));
    const dueAtMs = this.#clock.now() + pauseMs;
    this.#cancel = this.#probe((problem) => {
      if (this.#isStopped) return;
      this.#cancel = this.#clock.setTimeout(this.#next, Math.max(0, dueAtMs - this.#clock.now()));
      this.#onResult(problem);
    });
  };
}
