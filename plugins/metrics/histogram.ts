/** How many values lie in each bucket, and their sum. Observing allocates nothing. */
export class Histogram {
  /** Upper bounds, ascending; what is above the last one is in a bucket of its own. */
  readonly bounds: Float64Array;
  /** Of each bucket alone. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: Float64Array) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** A value that equals a bound is within it. */
  observe(value: number): void {
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
    this.counts[bucket]!++;
    this.sum += value;
  }

  get count(): number {
    let count = 0;
    for (const ofBucket of this.counts) count += ofBucket;
    return count;
  }
}
