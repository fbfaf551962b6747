import { KeyNumbers } from './key-numbers.ts';
import type { Quota, Rate } from './quota.ts';

/** A request is admitted while less than the quota is used; by so much, since shares of a count are not exact. */
const least = 0.001;

/**
 * Counts requests in windows that follow each other. The last `windowMs` reach into the window before, whose requests
 * count by the share of it that they reach, as if they had come evenly.
 */
export class SlidingWindow implements Quota {
  /** Of the quota, as much may be used when a request is admitted. */
  readonly #mostUsed: number;
  readonly #windowMs: number;
  readonly #counts: KeyNumbers;
  #window = 0;
  #key = '';
  #elapsedMs = 0;
  /** Requests of the key in this window and in the one before. */
  #count = 0;
  #before = 0;

  constructor({ requests, windowMs }: Pick<Rate, 'requests' | 'windowMs'>, maxKeys: number) {
    this.#mostUsed = requests - least;
    this.#windowMs = windowMs;
    this.#counts = new KeyNumbers(maxKeys);
  }

  waitMs(key: string, nowMs: number): number {
    this.sweep(nowMs);
    this.#key = key;
    this.#elapsedMs = nowMs - this.#window * this.#windowMs;
    this.#count = this.#counts.getYoung(key) ?? 0;
    this.#before = this.#counts.getOld(key) ?? 0;
    return this.#used <= this.#mostUsed ? 0 : Math.max(least, this.#untilAdmittedMs());
  }

  take(): void {
    this.#counts.set(this.#key, ++this.#count);
  }

  get remaining(): number {
    return Math.max(0, Math.floor(this.#mostUsed - this.#used) + 1);
  }

  get resetMs(): number {
    if (this.#count > 0) return 2 * this.#windowMs - this.#elapsedMs;
    return this.#before > 0 ? this.#windowMs - this.#elapsedMs : 0;
  }

  sweep(nowMs: number): void {
    const window = Math.floor(nowMs / this.#windowMs);
    if (window <= this.#window) return;
    if (window === this.#window + 1) this.#counts.rotate();
    else this.#counts.clear();
    this.#window = window;
  }

  get size(): number {
    return this.#counts.size;
  }

  get forgotten(): number {
    return this.#counts.forgotten;
  }

  get #used(): number {
    return this.#count + this.#before * (1 - this.#elapsedMs / this.#windowMs);
  }

  #untilAdmittedMs(): number {
    const room = this.#mostUsed - this.#count;
    if (room >= 0) return this.#windowMs * (1 - room / this.#before) - this.#elapsedMs;
    // this window is full: in the next one its count has to fade
    const fadeMs = this.#windowMs * (1 - this.#mostUsed / this.#count);
    return this.#windowMs - this.#elapsedMs + fadeMs;
  }
}
