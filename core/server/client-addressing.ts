import type { Socket } from 'node:net';
import type { DownstreamConnection } from '../pipeline/exchange.ts';

let connectionCount = 0;

/** Who is connected to whom; asked of the socket once, because it forgets when it closes. */
export class ClientAddressing implements DownstreamConnection {
  readonly id = ++connectionCount;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly isEncrypted: boolean;

  constructor(socket: Socket) {
    this.remoteAddress = withoutMapping(socket.remoteAddress ?? '');
    this.remotePort = socket.remotePort ?? 0;
    this.localAddress = withoutMapping(socket.localAddress ?? '');
    this.localPort = socket.localPort ?? 0;
    this.isEncrypted = 'encrypted' in socket;
  }
}

/** A dual-stack listener sees IPv4 clients as `::ffff:192.0.2.1` (RFC 4291 2.5.5.2). */
function withoutMapping(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
