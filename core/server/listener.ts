import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { GatewayError } from '../errors.ts';
import { Refusal } from '../pipeline/local-response.ts';
import type { Cell, Instruments } from '../pipeline/instruments.ts';
import { Client } from './client.ts';
import type { ListenerConfig } from './configuration.ts';
import type { Generation } from './generation.ts';
import { type ConnectionCounts, countConnections } from './connection-counts.ts';
import { countHandshakes, type HandshakeCounts } from './handshake-counts.ts';
import type { ListenerTls } from './listener-tls.ts';

/** What a listener needs of its gateway. */
export interface ListenerOwner {
  /** The configuration that new requests live in. */
  readonly serving: Generation;
  readonly instruments: Instruments;
  /** Connections over all listeners. */
  openConnections: number;
  onConnectionClosed(): void;
}

/** One address on which clients are accepted. */
export class Listener {
  /** Changes with the configuration, except for the address. */
  config: ListenerConfig;
  /** Called when it accepts no more and its last connection is gone. */
  onEmpty: (() => void) | undefined = undefined;
  readonly #owner: ListenerOwner;
  readonly #server: Server;
  readonly #clients = new Set<Client>();
  /** What those who connect now are let in by. */
  #terms: { readonly tlsIdentity: string | undefined; readonly limits: string } = {
    tlsIdentity: undefined,
    limits: '',
  };
  /** Sockets accepted before the configuration went into service. */
  #waiting: Socket[] | undefined = [];
  readonly handshakes: HandshakeCounts;
  readonly counts: ConnectionCounts;

  constructor(config: ListenerConfig, owner: ListenerOwner) {
    this.config = config;
    this.#owner = owner;
    this.handshakes = countHandshakes(owner.instruments);
    this.counts = countConnections(owner.instruments);
    // paused: the socket is rebuilt around its handle before the first byte is read
    this.#server = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
      this.#waiting === undefined ? this.#accept(socket) : this.#wait(socket),
    );
    this.#server.on('error', (error) => {
      if (this.#server.listening) owner.serving.failures.report({ err: error }, 'accepting failed');
    });
  }

  /** Resolves when clients can connect, who wait until `serve`; rejects when the address cannot be had. */
  async open(): Promise<void> {
    const { host, port, backlog = 1_024 } = this.config;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, backlog, ...(host === undefined ? {} : { host }) }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /**
   * Lives by that configuration of its address. Who was let in by other terms of TLS, say without a certificate, has to
   * connect again; who connected under other limits does after the next response.
   */
  adopt(config: ListenerConfig): void {
    const { tlsIdentity, limits } = this.#terms;
    this.config = config;
    this.#terms = { tlsIdentity: this.tls?.identity, limits: JSON.stringify(this.generation.limits) };
    if (this.#terms.tlsIdentity !== tlsIdentity) for (const client of this.#clients) client.drain();
    else if (this.#terms.limits !== limits) for (const client of this.#clients) client.renew();
  }

  /** Serves those who have connected, and from now on everybody at once. */
  serve(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const socket of waiting) if (!socket.destroyed) this.#accept(socket);
  }

  /** Where connections are accepted; undefined once they are not. */
  get address(): { host: string; port: number } | undefined {
    const bound = this.#server.address() as AddressInfo | null;
    return bound === null ? undefined : { host: bound.address, port: bound.port };
  }

  /** Frees the address; connections go on. */
  stop(): void {
    for (const socket of this.#waiting ?? []) socket.destroy();
    if (this.#server.listening) this.#server.close();
  }

  /** Accepts no more; idle connections close now, the others when what runs on them is answered. */
  drain(): void {
    this.stop();
    if (this.#clients.size === 0) this.onEmpty?.();
    for (const client of this.#clients) client.drain();
  }

  /** Ends every connection now, or those on which something runs that began in that generation. */
  cut(generation?: Generation): void {
    for (const client of this.#clients) client.cut(generation);
  }

  /** Exchanges of a client live in the generation of their moment. */
  get generation(): Generation {
    return this.#owner.serving;
  }

  /** Handshakes live in the generation of their moment, too. */
  get tls(): ListenerTls | undefined {
    return this.generation.tls.get(this.config);
  }

  onClientGone(client: Client): void {
    if (!this.#clients.delete(client)) return;
    if (this.#clients.size === 0) this.onEmpty?.();
    this.#owner.openConnections--;
    this.#owner.onConnectionClosed();
  }

  #wait(socket: Socket): void {
    socket.on('error', () => {}); // it is closed then, and left out when its turn comes
    this.#waiting!.push(socket);
  }

  #accept(socket: Socket): void {
    const generation = this.#owner.serving;
    const client = new Client(socket, this);
    if (this.#owner.openConnections >= generation.limits.maxConnections) {
      return turnAway(socket, this.counts.overLimit);
    }
    if (!this.#isWelcome(generation, client)) return turnAway(socket, this.counts.refused);
    this.counts.accepted.value++;
    this.#owner.openConnections++;
    this.#clients.add(client);
    client.open(socket, generation.limits);
  }

  /** A plugin that fails closes the door. */
  #isWelcome(generation: Generation, client: Client): boolean {
    const { onAccept } = generation.hooks;
    if (!onAccept.isUsed()) return true;
    try {
      const refusal = onAccept.call(client);
      if (!(refusal instanceof Refusal)) return true;
      generation.log.debug(
        { remoteAddress: client.remoteAddress, reason: refusal.reason },
        'connection refused',
      );
    } catch (error) {
      const { plugin, hook, cause } = error as GatewayError;
      generation.failures.report({ err: cause ?? error, plugin, hook }, 'plugin failed');
    }
    return false;
  }
}

function turnAway(socket: Socket, count: Cell): void {
  count.value++;
  socket.destroy();
}
