import type { Socket } from 'node:net';
import { GatewayError } from '../errors.ts';
import { ServerConnection, type ServerConnectionListener } from '../http1/server-connection.ts';
import type { Limits } from '../limits.ts';
import { addressOfSocket } from '../message/address.ts';
import type { ServerStream } from '../message/stream.ts';
import type { ConnectionTls, DownstreamConnection } from '../pipeline/exchange.ts';
import { acceptChannel } from '../transport/accept.ts';
import type { Channel, ChannelListener } from '../transport/channel.ts';
import type { ConnectionCounts } from './connection-counts.ts';
import type { Generation } from './generation.ts';
import { Handshake, type HandshakeOwner } from './handshake.ts';
import type { HandshakeCounts } from './handshake-counts.ts';
import type { ListenerTls } from './listener-tls.ts';
import { startExchange } from './start-exchange.ts';

let connectionCount = 0;

/** What a client needs of the listener that accepted it. */
export interface ClientOwner {
  readonly generation: Generation;
  /** Undefined for a listener without TLS. */
  readonly tls: ListenerTls | undefined;
  readonly handshakes: HandshakeCounts;
  readonly counts: ConnectionCounts;
  onClientGone(client: Client): void;
}

/** One accepted connection: who is connected to whom (asked once, a closed socket forgets), and its requests. */
export class Client implements DownstreamConnection, ServerConnectionListener, HandshakeOwner {
  readonly id = ++connectionCount;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly isEncrypted: boolean;
  tls: ConnectionTls | undefined = undefined;
  readonly #owner: ClientOwner;
  #connection: ServerConnection | undefined = undefined;
  #handshake: Handshake | undefined = undefined;
  /** Number of the generation of its last exchange: an idle client must not keep an old one alive. */
  #servedBy = 0;

  constructor(socket: Socket, owner: ClientOwner) {
    this.#owner = owner;
    this.remoteAddress = addressOfSocket(socket.remoteAddress ?? '');
    this.remotePort = socket.remotePort ?? 0;
    this.localAddress = addressOfSocket(socket.localAddress ?? '');
    this.localPort = socket.localPort ?? 0;
    this.isEncrypted = owner.tls !== undefined;
  }

  /** Starts to read. */
  open(socket: Socket, limits: Limits): void {
    if (this.isEncrypted) this.#handshake = new Handshake(socket, this, limits.handshakeTimeoutMs);
    else this.#serve((listener) => acceptChannel(socket, listener));
  }

  /** Serves what has begun and then closes; at once when nothing has. */
  drain(): void {
    this.#giveUpHandshake();
    this.#connection?.drain();
  }

  /** Serves one more request, as they are now, and then closes. */
  renew(): void {
    this.#connection?.closeAfterResponse();
  }

  /** Ends what runs on it and closes it; with a generation only if what runs began in that one. */
  cut(generation?: Generation): void {
    if (generation === undefined) this.#giveUpHandshake();
    const connection = this.#connection;
    if (generation !== undefined && (this.#servedBy !== generation.number || connection?.isServing !== true))
      return;
    connection?.cut(new GatewayError('drain_timeout'));
  }

  get listenerTls(): ListenerTls | undefined {
    return this.#owner.tls;
  }

  onSecure(channel: Channel, tls: ConnectionTls): void {
    this.#handshake = undefined;
    this.tls = tls;
    const { full, resumed } = this.#owner.handshakes;
    (tls.isResumed ? resumed : full).value++;
    this.#serve((listener) => {
      channel.listener = listener;
      return channel;
    });
  }

  onNotTls(socket: Socket): void {
    this.#handshake = undefined;
    this.#owner.handshakes.plain.value++;
    this.#serve((listener) => acceptChannel(socket, listener)).refuse(new GatewayError('plain_http'));
  }

  onNoTerms(cause: Error, serverName: string | undefined): void {
    const fields = { err: cause, code: 'no_certificate', serverName };
    this.#owner.generation.failures.report(fields, 'the gateway has no certificate to show');
    this.onHandshakeFailed(cause);
  }

  onHandshakeFailed(reason: Error): void {
    this.#handshake = undefined;
    this.#owner.handshakes.failed.value++;
    const { code, message } = reason as NodeJS.ErrnoException;
    this.#owner.generation.log.debug(
      { code, remoteAddress: this.remoteAddress, reason: message },
      'handshake failed',
    );
    this.onClosed();
  }

  onRequest(stream: ServerStream): void {
    const { generation } = this.#owner;
    this.#servedBy = generation.number;
    startExchange(generation, stream, this);
  }

  onRefused({ code, message }: GatewayError): void {
    this.#owner.counts.unreadable(code).value++;
    this.#owner.generation.log.debug({ code, remoteAddress: this.remoteAddress }, message);
  }

  onClosed(): void {
    this.#owner.onClientGone(this);
  }

  #serve(accept: (listener: ChannelListener) => Channel): ServerConnection {
    this.#connection = new ServerConnection(this, this.#owner.generation.limits, accept);
    return this.#connection;
  }

  #giveUpHandshake(): void {
    if (this.#handshake === undefined) return;
    this.#handshake.destroy();
    this.#handshake = undefined;
    this.onClosed();
  }
}
