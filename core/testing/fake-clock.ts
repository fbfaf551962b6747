interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/**
 * Time that stands still until a test moves it, for algorithms whose clock is injected. Its methods can be passed on
 * by themselves: `new Window({ now: clock.now })`.
 */
export class FakeClock {
  #nowMs: number;
  #timers: Timer[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  /** Milliseconds since the start. */
  readonly now = (): number => this.#nowMs;

  /** Calls `run` when `ms` milliseconds have been advanced; the function that is returned prevents it. */
  readonly setTimeout = (run: () => void, ms: number): (() => void) => {
    const timer = { atMs: this.#nowMs + Math.max(0, ms), run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  /** Timers that have not run. */
  get pendingTimers(): number {
    return this.#timers.length;
  }

  /** Lets time pass: what becomes due runs in order, each at its own time, also when it is set on the way. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let due = this.#nextDue(endMs); due !== undefined; due = this.#nextDue(endMs)) {
      const timer = due;
      this.#timers = this.#timers.filter((each) => each !== timer);
      this.#nowMs = Math.max(this.#nowMs, timer.atMs);
      timer.run();
    }
    this.#nowMs = endMs;
  }

  #nextDue(endMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= endMs && (first === undefined || timer.atMs < first.atMs)) first = timer;
    }
    return first;
  }
}
