type Dispose = () => void | Promise<void>;

interface Retained {
  readonly value: unknown;
  readonly dispose: Dispose;
  holders: number;
}

/** Values that outlive the generation that made them, disposed of when no generation holds them any more. */
export class RetainedValues {
  readonly #values = new Map<string, Retained>();

  /** Gives the value of that key, made by `create` if there is none, and a function that lets go of it. */
  hold<T>(
    key: string,
    create: () => T,
    dispose?: (value: T) => void | Promise<void>,
  ): [value: T, release: Dispose] {
    let entry = this.#values.get(key);
    if (entry === undefined) {
      const value = create();
      entry = { value, dispose: () => dispose?.(value), holders: 0 };
      this.#values.set(key, entry);
    }
    entry.holders++;
    const held = entry;
    return [held.value as T, () => this.#release(key, held)];
  }

  get size(): number {
    return this.#values.size;
  }

  #release(key: string, entry: Retained): void | Promise<void> {
    entry.holders--;
    if (entry.holders > 0) return;
    this.#values.delete(key);
    return entry.dispose();
  }
}
