/**
 * How long a backend takes, as an average that forgets: a slower answer counts at once and in full, faster ones bring
 * it down bit by bit, and while nothing is heard it fades.
 */
export class Latency {
  isKnown = false;
  #ms = 0;
  #atMs = 0;

  /** An answer took this long and came at that time. */
  observe(latencyMs: number, atMs: number, decayMs: number): void {
    if (atMs < this.#atMs) return this.#observeLate(latencyMs * Math.exp((atMs - this.#atMs) / decayMs));
    const kept = this.isKnown ? Math.exp((this.#atMs - atMs) / decayMs) : 0;
    this.#ms = Math.max(latencyMs, this.#ms * kept + latencyMs * (1 - kept));
    this.#atMs = atMs;
    this.isKnown = true;
  }

  /** What is to be expected at this time. */
  expectMs(nowMs: number, decayMs: number): number {
    return this.#ms * Math.exp((this.#atMs - nowMs) / decayMs);
  }

  /** An answer that was given up for another attempt becomes known with that one. */
  #observeLate(fadedMs: number): void {
    if (fadedMs > this.#ms) this.#ms = fadedMs;
  }
}
