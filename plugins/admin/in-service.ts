/** What the configurations that are set up bring with them, of which one is in service. */
export class InService<T> {
  /** In the order in which they were set up: one that is retired or refused has left. */
  readonly #all = new Set<T>();

  /** That of the configuration in service: the next one only waits until it has left. */
  get current(): T | undefined {
    const [first] = this.#all;
    return first;
  }

  enter(value: T): void {
    this.#all.add(value);
  }

  leave(value: T): void {
    this.#all.delete(value);
  }
}
