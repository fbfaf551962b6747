import type { AttemptRecord } from '../../core/index.ts';
import { codes, statusIndex } from './classes.ts';
import { Histogram } from './histogram.ts';

export interface AttemptLabels {
  readonly upstream: string;
  readonly backend: string;
}

/** The attempts at one backend. */
export class AttemptCounts {
  readonly labels: AttemptLabels;
  /** Those that were answered, by the class of the status. */
  readonly answered = new Float64Array(codes.length);
  /** Those that failed, by the code of the error. */
  readonly failed = new Map<string, number>();
  /** Given up, as when the client went away. */
  cancelled = 0;
  /** From the choice of the backend to a connection. */
  readonly waits: Histogram;
  /** From then to the response head complete. */
  readonly responses: Histogram;

  constructor(labels: AttemptLabels, bounds: Float64Array) {
    this.labels = labels;
    this.waits = new Histogram(bounds);
    this.responses = new Histogram(bounds);
  }

  count({ status, error, startedAtMs, connectedAtMs, responseAtMs }: AttemptRecord): void {
    if (connectedAtMs > 0) this.waits.observe(connectedAtMs - startedAtMs);
    if (responseAtMs > 0) this.responses.observe(responseAtMs - connectedAtMs);
    if (status !== undefined) this.answered[statusIndex(status)]!++;
    else if (error === undefined) this.cancelled++;
    else this.failed.set(error.code, (this.failed.get(error.code) ?? 0) + 1);
  }
}
