const bucketCount = 10;

/** What a request met at a backend: an answer, one with 5xx, or none. */
export type Met = 'answer' | 'error' | 'failure';

interface Bucket {
  turn: number;
  requests: number;
  errors: number;
  failures: number;
}

/** Sums over a window. */
export type Counts = Readonly<Omit<Bucket, 'turn'>>;

/** Counts requests of the last `windowMs` in ten buckets, so that the oldest tenth is forgotten at a time. */
export class RequestWindow {
  readonly #bucketMs: number;
  #buckets: Bucket[] = [];

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / bucketCount;
    this.clear();
  }

  clear(): void {
    this.#buckets = Array.from({ length: bucketCount }, () => ({
      turn: -1,
      requests: 0,
      errors: 0,
      failures: 0,
    }));
  }

  note(met: Met, nowMs: number): void {
    const turn = Math.floor(nowMs / this.#bucketMs);
    const bucket = this.#buckets[turn % bucketCount]!;
    if (bucket.turn !== turn) {
      bucket.turn = turn;
      bucket.requests = bucket.errors = bucket.failures = 0;
    }
    bucket.requests++;
    if (met === 'error') bucket.errors++;
    if (met === 'failure') bucket.failures++;
  }

  counts(nowMs: number): Counts {
    const oldest = Math.floor(nowMs / this.#bucketMs) - bucketCount;
    const sums = { requests: 0, errors: 0, failures: 0 };
    for (const { turn, requests, errors, failures } of this.#buckets) {
      if (turn <= oldest) continue;
      sums.requests += requests;
      sums.errors += errors;
      sums.failures += failures;
    }
    return sums;
  }
}
