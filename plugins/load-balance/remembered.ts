/** What is known of backends by their names, handed on from one configuration to the next. */
export class Remembered<T> {
  readonly #values = new Map<string, T>();

  /** The values of these backends; what is known of others is forgotten. */
  of<B extends { readonly name: string }>(backends: readonly B[], create: () => T): Map<B, T> {
    const found = new Map(backends.map((backend) => [backend, this.#values.get(backend.name) ?? create()]));
    this.#values.clear();
    for (const [{ name }, value] of found) this.#values.set(name, value);
    return found;
  }
}
