import { type AttemptRecord, type Exchange, errorKinds } from '../../core/index.ts';

/** What formats are given beside the exchange. */
export interface LineSettings {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether the query is part of the target. */
  readonly query: boolean;
}

/** One line without its end, for an exchange that is over. */
export type LineFormat = (exchange: Exchange) => string;

/** The status that was sent, or that stands for the failure that left no chance to send one; undefined for none. */
export function statusOf({ response, outcome }: Exchange): number | undefined {
  if (response !== undefined) return response.status;
  const code = outcome?.code;
  return code !== undefined && Object.hasOwn(errorKinds, code)
    ? errorKinds[code as keyof typeof errorKinds].status
    : undefined;
}

/** Where the time of an attempt went, in milliseconds; undefined for what it did not reach. */
export interface AttemptTimes {
  /** Waiting for a connection, in the queue of the pool. */
  readonly queueMs: number | undefined;
  /** Waiting for a connection that was being established. */
  readonly connectMs: number | undefined;
  /** From a connection at hand to the head of the response. */
  readonly firstByteMs: number | undefined;
}

const nothing: AttemptTimes = { queueMs: undefined, connectMs: undefined, firstByteMs: undefined };

export function timesOf(attempt: AttemptRecord | undefined): AttemptTimes {
  if (attempt === undefined || attempt.connectedAtMs === 0) return nothing;
  const waitedMs = attempt.connectedAtMs - attempt.startedAtMs;
  // the connection may have been begun for an earlier request
  const connectMs = Math.min(attempt.connectMs, waitedMs);
  const firstByteMs = attempt.responseAtMs === 0 ? undefined : attempt.responseAtMs - attempt.connectedAtMs;
  return { queueMs: waitedMs - connectMs, connectMs, firstByteMs };
}
