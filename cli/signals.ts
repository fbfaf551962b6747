import { constants } from 'node:os';

export type StopSignal = 'SIGTERM' | 'SIGINT';

/** Ctrl-C under `npm start` arrives twice: from the terminal, and passed on by npm. */
const sameKeyPressMs = 100;

const stopSignals: readonly StopSignal[] = ['SIGTERM', 'SIGINT'];

/** Signals that ask the process to stop, none of them lost from its creation on. */
export class StopSignals {
  readonly #received: StopSignal[] = [];
  #deliver: (() => void) | undefined;
  #interruptedAtMs = -Infinity;

  constructor() {
    for (const signal of stopSignals) process.on(signal, () => this.#onSignal(signal));
  }

  /** The next signal that nobody has waited for yet. One caller at a time. */
  async next(): Promise<StopSignal> {
    if (this.#received.length === 0) await new Promise<void>((resolve) => (this.#deliver = resolve));
    return this.#received.shift()!;
  }

  #onSignal(signal: StopSignal): void {
    if (signal === 'SIGINT') {
      const now = performance.now();
      if (now - this.#interruptedAtMs < sameKeyPressMs) return;
      this.#interruptedAtMs = now;
    }
    this.#received.push(signal);
    this.#deliver?.();
  }
}

/** What a shell calls the end by a signal: 130 for SIGINT, 143 for SIGTERM. */
export function exitCodeOf(signal: StopSignal): number {
  return 128 + constants.signals[signal];
}
