interface Waiter {
  readonly holds: () => boolean;
  readonly resolve: () => void;
}

const patienceMs = 10_000;

/** Promises that resolve when something has come true; nobody polls, `check` is called after every change. */
export class Waiting {
  readonly #waiters = new Set<Waiter>();

  /** Resolves once `holds`; rejects after ten seconds with what was waited for. */
  until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`Waited ${patienceMs / 1000} s in vain for ${what}.`));
      }, patienceMs);
      const waiter: Waiter = {
        holds,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.#waiters.add(waiter);
    });
  }

  /** Something changed: resolves those whose condition holds now. */
  check(): void {
    for (const waiter of this.#waiters) {
      if (!waiter.holds()) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }
}
