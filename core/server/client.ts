import type { Socket } from 'node:net';
import { GatewayError } from '../errors.ts';
import { ServerConnection, type ServerConnectionListener } from '../http1/server-connection.ts';
import type { Limits } from '../limits.ts';
import { addressOfSocket } from '../message/address.ts';
import type { ServerStream } from '../message/stream.ts';
import type { DownstreamConnection } from '../pipeline/exchange.ts';
import { acceptChannel } from '../transport/accept.ts';
import type { Generation } from './generation.ts';
import { startExchange } from './start-exchange.ts';

let connectionCount = 0;

/** What a client needs of the listener that accepted it. */
export interface ClientOwner {
  readonly generation: Generation;
  onClientGone(client: Client): void;
}

/** One accepted connection: who is connected to whom (asked once, a closed socket forgets), and its requests. */
export class Client implements DownstreamConnection, ServerConnectionListener {
  readonly id = ++connectionCount;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly isEncrypted: boolean;
  readonly #owner: ClientOwner;
  #connection: ServerConnection | undefined = undefined;
  /** Number of the generation of its last exchange: an idle client must not keep an old one alive. */
  #servedBy = 0;

  constructor(socket: Socket, owner: ClientOwner) {
    this.#owner = owner;
    this.remoteAddress = addressOfSocket(socket.remoteAddress ?? '');
    this.remotePort = socket.remotePort ?? 0;
    this.localAddress = addressOfSocket(socket.localAddress ?? '');
    this.localPort = socket.localPort ?? 0;
    this.isEncrypted = 'encrypted' in socket;
  }

  /** Starts to read. */
  open(socket: Socket, limits: Limits): void {
    this.#connection = new ServerConnection(this, limits, (listener) => acceptChannel(socket, listener));
  }

  /** Serves what has begun and then closes; at once when nothing has. */
  drain(): void {
    this.#connection?.drain();
  }

  /** Ends what runs on it and closes it; with a generation only if what runs began in that one. */
  cut(generation?: Generation): void {
    const connection = this.#connection;
    if (generation !== undefined && (this.#servedBy !== generation.number || connection?.isServing !== true))
      return;
    connection?.cut(new GatewayError('drain_timeout'));
  }

  onRequest(stream: ServerStream): void {
    const { generation } = this.#owner;
    this.#servedBy = generation.number;
    startExchange(generation, stream, this);
  }

  onRefused({ code, message }: GatewayError): void {
    this.#owner.generation.log.debug({ code, remoteAddress: this.remoteAddress }, message);
  }

  onClosed(): void {
    this.#owner.onClientGone(this);
  }
}
