/** Shorter ones are always texts of their own in V8. */
const shortestPart = 13;

/** A text of its own: one that was cut out of another, or put together, keeps all of that in memory. */
function ownText(text: string): string {
  if (text.length < shortestPart) return text;
  const copy = Buffer.from(text, 'latin1').toString('latin1');
  return copy === text ? copy : text;
}

/**
 * A number for each key, in two generations: what was not set since the rotation before the last is gone, without
 * a look at any key. Beyond `maxKeys` the key is forgotten that was set first in the older generation, or else in
 * the younger.
 */
export class KeyNumbers {
  readonly #maxKeys: number;
  #young = new Map<string, number>();
  #old = new Map<string, number>();
  // live iterators: what they have passed was deleted, so each eviction costs the same
  #firstYoung = this.#young.keys();
  #firstOld = this.#old.keys();
  /** Keys that were forgotten because there were too many. */
  forgotten = 0;

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** The number that was set since the last rotation. */
  getYoung(key: string): number | undefined {
    return this.#young.get(key);
  }

  /** The number that was set before the last rotation. */
  getOld(key: string): number | undefined {
    return this.#old.get(key);
  }

  set(key: string, value: number): void {
    if (this.#young.has(key)) {
      this.#young.set(key, value);
      return;
    }
    if (this.size >= this.#maxKeys) this.#forgetOne();
    this.#young.set(ownText(key), value);
  }

  deleteOld(key: string): void {
    this.#old.delete(key);
  }

  /** What is young becomes old, what was old is gone. */
  rotate(): void {
    this.#old = this.#young;
    this.#firstOld = this.#firstYoung;
    this.#young = new Map();
    this.#firstYoung = this.#young.keys();
  }

  clear(): void {
    this.rotate();
    this.rotate();
  }

  #forgetOne(): void {
    this.forgotten++;
    const old = this.#old.size > 0 ? this.#firstOld.next() : undefined;
    if (old?.done === false) this.#old.delete(old.value);
    else this.#young.delete(this.#firstYoung.next().value!);
  }
}
