const bucketCount = 10;

/** Requests and failures of the last `windowMs` in ten buckets, so that the oldest tenth is forgotten at a time. */
export class FailureWindow {
  readonly #bucketMs: number;
  readonly #turns = new Float64Array(bucketCount).fill(-1);
  readonly #requests = new Uint32Array(bucketCount);
  readonly #failures = new Uint32Array(bucketCount);

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / bucketCount;
  }

  clear(): void {
    this.#turns.fill(-1);
  }

  note(isFailure: boolean, nowMs: number): void {
    const turn = Math.floor(nowMs / this.#bucketMs);
    const at = turn % bucketCount;
    if (this.#turns[at] !== turn) {
      this.#turns[at] = turn;
      this.#requests[at] = this.#failures[at] = 0;
    }
    this.#requests[at]!++;
    if (isFailure) this.#failures[at]!++;
  }

  counts(nowMs: number): { readonly requests: number; readonly failures: number } {
    const oldest = Math.floor(nowMs / this.#bucketMs) - bucketCount;
    let requests = 0;
    let failures = 0;
    for (let at = 0; at < bucketCount; at++) {
      if (this.#turns[at]! < 0 || this.#turns[at]! <= oldest) continue;
      requests += this.#requests[at]!;
      failures += this.#failures[at]!;
    }
    return { requests, failures };
  }
}
