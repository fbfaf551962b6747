import { ownText } from '../../core/index.ts';
import { Generation } from './generation.ts';

/**
 * A number for each key, in two generations: what was not set since the rotation before the last is gone, without
 * a look at any key. Beyond `maxKeys` a key is forgotten that was set early and has a small number.
 */
export class KeyNumbers {
  readonly #maxKeys: number;
  #young = new Generation();
  #old = new Generation();
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
    if (this.#young.get(key) !== undefined) {
      this.#young.set(key, value);
      return;
    }
    if (this.size >= this.#maxKeys) this.#forgetOne(value);
    this.#young.set(ownText(key), value);
  }

  deleteOld(key: string): void {
    this.#old.delete(key);
  }

  /** What is young becomes old, what was old is gone. */
  rotate(): void {
    this.#old = this.#young;
    this.#young = new Generation();
  }

  clear(): void {
    this.rotate();
    this.rotate();
  }

  /** Who has no more than the newcomer goes first: nobody gets a new quota because others flood. */
  #forgetOne(newcomer: number): void {
    this.forgotten++;
    const old = this.#old.look(newcomer);
    const young = old > newcomer ? this.#young.look(newcomer) : Infinity;
    const isYoung = young < old;
    (isYoung ? this.#young : this.#old).forget();
    (isYoung ? this.#old : this.#young).keep();
  }
}
