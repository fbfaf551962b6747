type Change = () => Promise<void>;

/** Changes of the configuration: one after the other, until an end that gives up the one that runs. */
export class Changes {
  readonly #end = new AbortController();
  #last: Promise<void> = Promise.resolve();
  #waiting: { readonly change: Change; readonly done: Promise<void> } | undefined;

  /** Ends the steps of the change that runs, with the reason of the end. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  get isOver(): boolean {
    return this.#end.signal.aborted;
  }

  /** Runs a change when those before it are over. The same one once more, while it waits as the last, is one. */
  add(change: Change): Promise<void> {
    if (this.#waiting?.change === change) return this.#waiting.done;
    const done = this.#last.then(() => {
      if (this.#waiting?.change === change) this.#waiting = undefined;
      this.#end.signal.throwIfAborted();
      return change();
    });
    this.#waiting = { change, done };
    this.#last = done.catch(() => {});
    return done;
  }

  /** No change begins any more. */
  end(reason: Error): void {
    this.#end.abort(reason);
  }

  /** Resolves when none runs. */
  idle(): Promise<void> {
    return this.#last;
  }
}
