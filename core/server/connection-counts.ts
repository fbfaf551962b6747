import type { ErrorCode } from '../errors.ts';
import type { Cell, Instruments } from '../pipeline/instruments.ts';

/** What became of those who connected, and of requests that never were an exchange. */
export interface ConnectionCounts {
  readonly accepted: Cell;
  /** A plugin refused it, or failed. */
  readonly refused: Cell;
  /** There were as many as may be. */
  readonly overLimit: Cell;
  unreadable(code: ErrorCode): Cell;
}

export function countConnections(instruments: Instruments): ConnectionCounts {
  const connections = instruments.define('counter', {
    name: 'connections_total',
    help: 'Connections from clients, by what became of them.',
    labels: ['result'],
  });
  const unreadable = instruments.define('counter', {
    name: 'unreadable_requests_total',
    help: 'Requests that were refused before their head was read, by error code; they are in no other number.',
    labels: ['reason'],
  });
  return {
    accepted: connections.of('accepted'),
    refused: connections.of('refused'),
    overLimit: connections.of('over_limit'),
    unreadable: (code) => unreadable.of(code),
  };
}
