import type { AttemptRecord, Exchange } from '../../core/index.ts';

/** What was not reached, as HAProxy writes it. */
export const notReached = -1;

/**
 * Where the time of one exchange went, in milliseconds; `notReached` for a step that it did not get to the end of.
 * There is one for all exchanges of a log, filled anew for each.
 */
export class Measures {
  /** From the first byte of the request to its head complete. */
  clientHeadMs = notReached;
  /** Waiting in the queue of the backend for a connection; as the next two, of the last attempt. */
  queueMs = notReached;
  /** Waiting for a connection that was being established; 0 for one that was open. */
  connectMs = notReached;
  /** From a connection at hand to the head of the backend's response complete. */
  backendHeadMs = notReached;
  /** From that head to the end. */
  dataMs = notReached;
  /** From the first byte of the request to the end. */
  totalMs = 0;
  isSlow = false;
  readonly #slowMs: number;

  /** What took `slowMs` in total is slow; a tunnel never is. */
  constructor(slowMs = Infinity) {
    this.#slowMs = slowMs;
  }

  read(exchange: Exchange): void {
    const { attempts, timings, response, outcome } = exchange;
    const { startedAtMs, headAtMs, completedAtMs } = timings;
    const last = attempts[attempts.length - 1];
    this.clientHeadMs = between(startedAtMs, headAtMs);
    this.totalMs = between(startedAtMs, completedAtMs);
    this.#readAttempt(last);
    const isRelayed = last !== undefined && response?.source === 'backend';
    this.dataMs = isRelayed ? between(last.responseAtMs, completedAtMs) : notReached;
    this.isSlow = this.totalMs >= this.#slowMs && outcome?.phase !== 'tunnel';
  }

  #readAttempt(attempt: AttemptRecord | undefined): void {
    if (attempt === undefined || attempt.connectedAtMs === 0) {
      this.queueMs = this.connectMs = this.backendHeadMs = notReached;
      return;
    }
    const { startedAtMs, connectedAtMs, responseAtMs } = attempt;
    const waitedMs = between(startedAtMs, connectedAtMs);
    // the connection may have been begun for an earlier request
    this.connectMs = Math.min(attempt.connectMs, waitedMs);
    this.queueMs = waitedMs - this.connectMs;
    this.backendHeadMs = responseAtMs === 0 ? notReached : between(connectedAtMs, responseAtMs);
  }
}

function between(fromMs: number, toMs: number): number {
  return toMs > fromMs ? toMs - fromMs : 0;
}
