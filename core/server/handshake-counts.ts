import type { Cell, Instruments } from '../pipeline/instruments.ts';

/** How handshakes ended. */
export interface HandshakeCounts {
  readonly full: Cell;
  /** Completed by resuming a session. */
  readonly resumed: Cell;
  readonly failed: Cell;
  /** Plain HTTP came instead. */
  readonly plain: Cell;
}

export function countHandshakes(instruments: Instruments): HandshakeCounts {
  const handshakes = instruments.define('counter', {
    name: 'tls_handshakes_total',
    help: 'TLS handshakes with clients, by how they ended.',
    labels: ['result'],
  });
  const of = (result: string): Cell => handshakes.of(result);
  return { full: of('full'), resumed: of('resumed'), failed: of('failed'), plain: of('plain_http') };
}
