const mostLooks = 4;

/** Numbers of keys, in the order in which they can be forgotten. */
export class Generation {
  readonly #numbers = new Map<string, number>();
  // a live iterator: what it has passed was deleted, so each look costs the same
  readonly #order = this.#numbers.keys();
  /** What a look found; it stands in no order until it is kept or forgotten. */
  #found: string | undefined;

  get size(): number {
    return this.#numbers.size;
  }

  get(key: string): number | undefined {
    return this.#numbers.get(key);
  }

  set(key: string, value: number): void {
    this.#numbers.set(key, value);
  }

  delete(key: string): void {
    this.#numbers.delete(key);
  }

  /**
   * The least number of the few keys that come first, or the first that is not above `enough`. The others come to the
   * end of the order: a flood of small numbers does not wash great ones away.
   */
  look(enough: number): number {
    let least = Infinity;
    for (let left = Math.min(mostLooks, this.size); left > 0 && least > enough; left--) {
      const key = this.#order.next().value!;
      const value = this.#numbers.get(key)!;
      if (value >= least) {
        this.#putLast(key);
        continue;
      }
      this.keep();
      this.#found = key;
      least = value;
    }
    return least;
  }

  /** Puts what a look found to the end of the order. */
  keep(): void {
    if (this.#found !== undefined) this.#putLast(this.#found);
    this.#found = undefined;
  }

  /** Forgets what a look found. */
  forget(): void {
    if (this.#found !== undefined) this.#numbers.delete(this.#found);
    this.#found = undefined;
  }

  #putLast(key: string): void {
    const value = this.#numbers.get(key)!;
    this.#numbers.delete(key);
    this.#numbers.set(key, value);
  }
}
