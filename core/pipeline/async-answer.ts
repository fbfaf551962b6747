import { GatewayError } from '../errors.ts';
import { Deadline, type DeadlineOwner } from '../transport/timer-wheel.ts';
import { attributed } from './attribution.ts';
import { checkedResult } from './hook-results.ts';
import type { HookName } from './hooks.ts';

export type Callback = (error?: Error | null, result?: unknown) => void;

/** Hands the answer of one asynchronous handler on, exactly once, and within a time limit. */
export class AsyncAnswer implements DeadlineOwner {
  readonly #plugin: string;
  readonly #hook: HookName;
  readonly #deadline = new Deadline(this);
  #callback: Callback | undefined;

  constructor(callback: Callback, plugin: string, hook: HookName, timeoutMs: number) {
    this.#callback = callback;
    this.#plugin = plugin;
    this.#hook = hook;
    this.#deadline.arm(timeoutMs);
  }

  readonly resolve = (result: unknown): void => {
    try {
      const checked = checkedResult(this.#hook, result);
      this.#end(null, checked);
    } catch (cause) {
      this.reject(cause);
    }
  };

  readonly reject = (cause: unknown): void => {
    this.#end(attributed(cause, this.#plugin, this.#hook), undefined);
  };

  onDeadline(): void {
    this.reject(
      new GatewayError('plugin_failed', `The plugin ${this.#plugin} did not finish ${this.#hook} in time.`),
    );
  }

  #end(error: Error | null, result: unknown): void {
    const callback = this.#callback;
    this.#callback = undefined;
    this.#deadline.release();
    // not inside the promise: an error of what follows would come back here as the plugin's
    if (callback !== undefined) process.nextTick(callback, error, result);
  }
}
