import type { Logger } from '../log/logger.ts';
import { type StepBounds, within } from './within.ts';

interface Step<Result> {
  readonly plugin: string;
  readonly run: () => Result;
}

/** What has to be undone when a generation ends: last in, first out, and a failure stops none of the others. */
class Cleanups {
  readonly #log: Logger;
  readonly #bounds: StepBounds;
  readonly #steps: Step<void | Promise<void>>[] = [];
  #isOver = false;

  constructor(log: Logger, bounds: StepBounds) {
    this.#log = log;
    this.#bounds = bounds;
  }

  /** What comes after the end, from a set-up that was given up, is undone at once. */
  add(plugin: string, run: () => void | Promise<void>): void {
    if (this.#isOver) void this.#undo({ plugin, run });
    else this.#steps.push({ plugin, run });
  }

  async run(): Promise<void> {
    this.#isOver = true;
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) await this.#undo(step);
  }

  async #undo({ plugin, run }: Step<void | Promise<void>>): Promise<void> {
    try {
      await within(run, this.#bounds, 'did not end');
    } catch (error) {
      this.#log.error({ err: error, plugin }, 'clean-up failed');
    }
  }
}

/** What the plugins of one generation do at the turning points of its life. */
export class TurningPoints {
  readonly cleanups: Cleanups;
  readonly starts: Step<void | Promise<void>>[] = [];
  readonly retirements: Step<void>[] = [];
  readonly reopeners: Step<void>[] = [];
  readonly #log: Logger;

  /** `timeoutMs` bounds each clean-up. */
  constructor(log: Logger, timeoutMs: number) {
    this.#log = log;
    this.cleanups = new Cleanups(log, { timeoutMs });
  }

  retire(): void {
    for (const step of this.retirements.splice(0)) this.#attempt(step, 'retiring failed');
  }

  reopen(): void {
    for (const step of this.reopeners) this.#attempt(step, 'reopening files failed');
  }

  #attempt({ plugin, run }: Step<void>, failure: string): void {
    try {
      run();
    } catch (error) {
      this.#log.error({ err: error, plugin }, failure);
    }
  }
}
