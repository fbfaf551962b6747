import { KeyNumbers } from './key-numbers.ts';
import type { Quota, Rate } from './quota.ts';

const shortestRotationMs = 1_000;
const mostSlackMs = 2e-4;

/**
 * The generic cell rate algorithm: each key has a theoretical arrival time, the moment at which its quota is whole
 * again. A request moves it by one interval, and is refused if that would move it further ahead than the burst lasts.
 */
export class Gcra implements Quota {
  readonly #intervalMs: number;
  readonly #capacityMs: number;
  /** Intervals are seldom whole numbers: this makes up for what sums of them lose. */
  readonly #slackMs: number;
  readonly #arrivals: KeyNumbers;
  /** A key that was not charged for so long has its whole quota, and need not be known. */
  readonly #rotationMs: number;
  #rotateAtMs = -1;
  #key = '';
  #isOld = false;
  #arrivalMs = 0;
  #nowMs = 0;

  constructor({ requests, windowMs, burst }: Omit<Rate, 'algorithm'>, maxKeys: number) {
    this.#intervalMs = windowMs / requests;
    this.#capacityMs = burst * this.#intervalMs;
    this.#slackMs = Math.min(this.#intervalMs / 20, mostSlackMs);
    this.#rotationMs = Math.max(this.#capacityMs + this.#slackMs, shortestRotationMs);
    this.#arrivals = new KeyNumbers(maxKeys);
  }

  waitMs(key: string, nowMs: number): number {
    if (nowMs >= this.#rotateAtMs) this.sweep(nowMs);
    const young = this.#arrivals.getYoung(key);
    const known = young ?? this.#arrivals.getOld(key) ?? 0;
    this.#isOld = young === undefined;
    this.#key = key;
    this.#nowMs = nowMs;
    this.#arrivalMs = known > nowMs ? known : nowMs;
    // differences first: they are exact, while a sum with the time of the clock loses what a short interval has
    const excessMs = this.#arrivalMs - nowMs + (this.#intervalMs - this.#capacityMs);
    return excessMs <= this.#slackMs ? 0 : excessMs;
  }

  take(): void {
    this.#arrivalMs += this.#intervalMs;
    if (this.#isOld) this.#arrivals.deleteOld(this.#key);
    this.#arrivals.set(this.#key, this.#arrivalMs);
  }

  get remaining(): number {
    const leftMs = this.#capacityMs - this.resetMs + this.#slackMs;
    return Math.max(0, Math.floor(leftMs / this.#intervalMs));
  }

  get resetMs(): number {
    return this.#arrivalMs - this.#nowMs;
  }

  sweep(nowMs: number): void {
    if (nowMs < this.#rotateAtMs) return;
    const isLongAgo = nowMs >= this.#rotateAtMs + this.#rotationMs;
    if (isLongAgo) this.#arrivals.clear();
    else this.#arrivals.rotate();
    this.#rotateAtMs = nowMs + this.#rotationMs;
  }

  get size(): number {
    return this.#arrivals.size;
  }

  get forgotten(): number {
    return this.#arrivals.forgotten;
  }
}
