/** How fast requests of one key may come. */
export interface Rate {
  readonly algorithm: 'gcra' | 'sliding-window';
  /** Requests in a window. */
  readonly requests: number;
  readonly windowMs: number;
  /** Of GCRA: requests that may come at once. */
  readonly burst: number;
}

/**
 * The requests of each key under one rate. A request that several quotas must admit is put to all of them before any
 * is charged, so asking and charging are apart.
 */
export interface Quota {
  /** Milliseconds until a request of that key is admitted; 0 when it is now. */
  waitMs(key: string, nowMs: number): number;
  /** Charges the request that was asked about last. */
  take(): void;
  /** Requests that are still admitted at once, of the key that was asked about last. */
  readonly remaining: number;
  /** Milliseconds until that key has its whole quota again. */
  readonly resetMs: number;
  /** Drops keys that are idle. */
  sweep(nowMs: number): void;
  /** How many keys it knows. */
  readonly size: number;
  /** Keys that were forgotten before their time, because there were too many. */
  readonly forgotten: number;
}

/** What was decided about one request. */
export interface Verdict {
  readonly isAdmitted: boolean;
  /** Name of the limit that refused, or of the one that is nearest to refusing. */
  readonly limit: string;
  /** Requests that it still admits at once. */
  readonly remaining: number;
  /** Milliseconds until it has its whole quota again. */
  readonly resetMs: number;
  /** Milliseconds until the same request is admitted; 0 when it was. */
  readonly retryAfterMs: number;
}
