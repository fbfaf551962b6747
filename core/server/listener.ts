import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { GatewayError } from '../errors.ts';
import { Refusal } from '../pipeline/local-response.ts';
import { Client } from './client.ts';
import type { ListenerConfig } from './configuration.ts';
import type { Generation } from './generation.ts';

/** What a listener needs of its gateway. */
export interface ListenerOwner {
  /** The configuration that new requests live in. */
  readonly generation: Generation;
  /** Connections over all listeners. */
  openConnections: number;
  onConnectionClosed(): void;
}

/** One address on which clients are accepted. */
export class Listener {
  readonly #config: ListenerConfig;
  readonly #owner: ListenerOwner;
  readonly #server: Server;
  readonly #clients = new Set<Client>();

  constructor(config: ListenerConfig, owner: ListenerOwner) {
    this.#config = config;
    this.#owner = owner;
    // paused: the socket is rebuilt around its handle before the first byte is read
    this.#server = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
      this.#accept(socket),
    );
  }

  /** Resolves when connections are accepted; rejects when the address cannot be had. */
  async open(): Promise<void> {
    const { host, port, backlog = 1_024 } = this.#config;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, backlog, ...(host === undefined ? {} : { host }) }, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) =>
          this.#owner.generation.log.error({ err: error }, 'accepting failed'),
        );
        resolve();
      });
    });
  }

  /** Where connections are accepted; undefined once they are not. */
  get address(): { host: string; port: number } | undefined {
    const bound = this.#server.address() as AddressInfo | null;
    return bound === null ? undefined : { host: bound.address, port: bound.port };
  }

  /** Accepts no more; idle connections close now, the others when what runs on them is answered. */
  drain(): void {
    this.#server.close();
    for (const client of this.#clients) client.drain();
  }

  /** Closes every connection now. */
  destroy(): void {
    for (const client of this.#clients) client.destroy();
  }

  /** Exchanges of a client live in the generation of their moment. */
  get generation(): Generation {
    return this.#owner.generation;
  }

  onClientGone(client: Client): void {
    if (!this.#clients.delete(client)) return;
    this.#owner.openConnections--;
    this.#owner.onConnectionClosed();
  }

  #accept(socket: Socket): void {
    const { generation } = this.#owner;
    const client = new Client(socket, this);
    if (
      this.#owner.openConnections >= generation.limits.maxConnections ||
      !this.#isWelcome(generation, client)
    ) {
      socket.destroy();
      return;
    }
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
      generation.log.error({ err: cause ?? error, plugin, hook }, 'plugin failed');
    }
    return false;
  }
}
