import { GatewayError } from '../errors.ts';
import type { ClientConnection } from '../http1/client-connection.ts';
import type { UpstreamLimits } from '../limits.ts';
import { Deadline, type DeadlineOwner } from '../transport/timer-wheel.ts';
import type { ConnectListener, Connector } from './connector.ts';
import { nowMs } from '../transport/clock.ts';

/** Somebody who needs a connection; told exactly once unless it leaves the queue before. */
export interface ConnectionWaiter {
  /** A safe request without body that may share a connection with others. */
  readonly mayPipeline: boolean;
  /** A connection that was never used is wanted: the last one died. */
  readonly wantsFresh: boolean;
  onConnection(connection: ClientConnection): void;
  /** No connection could be had; nothing was sent. */
  onNoConnection(error: GatewayError): void;
}

interface Waiting {
  readonly waiter: ConnectionWaiter;
  readonly sinceMs: number;
}

/** The connections to one backend: the last used is used first, and who finds none waits in a bounded queue. */
export class Pool implements ConnectListener, DeadlineOwner {
  /** Opens connections from now on; a dry run puts one of its own here. */
  connector: Connector;
  readonly #limits: UpstreamLimits;
  readonly #connections = new Set<ClientConnection>();
  readonly #idle: ClientConnection[] = [];
  readonly #queue: Waiting[] = [];
  readonly #queueDeadline = new Deadline(this);
  /** Attempts that run at the backend now. */
  activeAttempts = 0;
  #filling: ClientConnection | undefined;
  #connecting = 0;
  #isClosed = false;

  constructor(connector: Connector, limits: UpstreamLimits) {
    this.connector = connector;
    this.#limits = limits;
  }

  /** Connections open now, idle and busy. */
  get size(): number {
    return this.#connections.size;
  }

  get idleCount(): number {
    return this.#idle.length;
  }

  /** Connections that are being established. */
  get connectingCount(): number {
    return this.#connecting;
  }

  /** Requests that wait for a connection. */
  get queueLength(): number {
    return this.#queue.length;
  }

  /** Gives a connection now or later, or tells why not. */
  acquire(waiter: ConnectionWaiter): void {
    const connection = this.#available(waiter);
    if (connection !== undefined) {
      waiter.onConnection(connection);
      return;
    }
    const mayConnect = this.#mayConnect;
    if (!mayConnect && this.#queue.length - this.#connecting >= this.#limits.maxQueued) {
      waiter.onNoConnection(new GatewayError('queue_full'));
      return;
    }
    this.#queue.push({ waiter, sinceMs: nowMs() });
    if (!this.#queueDeadline.isArmed) this.#queueDeadline.arm(this.#limits.queueTimeoutMs);
    if (!mayConnect && waiter.wantsFresh) this.#idle[0]?.close(); // makes room for a fresh one
    if (mayConnect && this.#connecting * this.#limits.pipelining < this.#queue.length) this.#connect();
  }

  /** Takes a waiter out of the queue again. */
  leave(waiter: ConnectionWaiter): void {
    const at = this.#queue.findIndex((waiting) => waiting.waiter === waiter);
    if (at >= 0) this.#queue.splice(at, 1);
  }

  /** Closes idle connections now and busy ones when they are done; nobody waits for those being established. */
  close(): void {
    this.#isClosed = true;
    if (this.#queue.length === 0) this.#connecting -= this.connector.abandon();
    for (const connection of this.#connections) connection.close();
  }

  onConnected(connection: ClientConnection): void {
    this.#connecting--;
    this.#connections.add(connection);
    this.onAvailable(connection);
  }

  onConnectFailed(error: GatewayError): void {
    this.#connecting--;
    this.#queue.shift()?.waiter.onNoConnection(error);
    if (this.#queue.length > this.#connecting && this.#mayConnect) this.#connect();
  }

  onAvailable(connection: ClientConnection): void {
    for (let next = this.#nextFor(connection); next !== undefined; next = this.#nextFor(connection)) {
      next.onConnection(connection);
    }
    if (connection.depth > 0 || !connection.isOpen) return;
    const mustMakeRoom = this.#queue.length > this.#connecting && !this.#mayConnect;
    if (this.#isClosed || mustMakeRoom || this.#isOld(connection)) {
      connection.close(); // who still waits wants a fresh connection, and there is room for it now
      return;
    }
    connection.park();
    this.#idle.push(connection);
  }

  onClosed(connection: ClientConnection): void {
    this.#connections.delete(connection);
    if (this.#filling === connection) this.#filling = undefined;
    const at = this.#idle.lastIndexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#queue.length > this.#connecting && this.#mayConnect) this.#connect();
  }

  onDeadline(): void {
    // those in front wait for a connection that is being established, which has a timeout of its own
    const now = nowMs();
    const expired: Waiting[] = [];
    for (let i = this.#queue.length - 1; i >= this.#connecting; i--) {
      if (now - this.#queue[i]!.sinceMs >= this.#limits.queueTimeoutMs)
        expired.push(...this.#queue.splice(i, 1));
    }
    const oldest = this.#queue[this.#connecting] ?? this.#queue[0];
    if (oldest !== undefined)
      this.#queueDeadline.arm(Math.max(1, oldest.sinceMs + this.#limits.queueTimeoutMs - now));
    for (const { waiter } of expired.reverse()) waiter.onNoConnection(new GatewayError('queue_timeout'));
  }

  #isOld(connection: ClientConnection): boolean {
    return nowMs() - connection.openedAtMs > this.#limits.maxConnectionAgeMs;
  }

  get #mayConnect(): boolean {
    return this.#connections.size + this.#connecting < this.#limits.maxConnections;
  }

  #connect(): void {
    if (this.#isClosed && this.#queue.length === 0) return;
    this.#connecting++;
    this.connector.connect(this);
  }

  /** Takes the first waiter that the connection suits out of the queue. */
  #nextFor(connection: ClientConnection): ConnectionWaiter | undefined {
    if (this.#queue.length === 0) return undefined;
    const at = this.#queue.findIndex(({ waiter }) => this.#canServe(connection, waiter));
    return at < 0 ? undefined : this.#queue.splice(at, 1)[0]!.waiter;
  }

  #canServe(connection: ClientConnection, waiter: ConnectionWaiter): boolean {
    if (waiter.wantsFresh && connection.isReused) return false;
    return connection.depth === 0 ? connection.isOpen : waiter.mayPipeline && connection.canPipeline;
  }

  #available(waiter: ConnectionWaiter): ClientConnection | undefined {
    if (waiter.wantsFresh || this.#queue.some(({ waiter: other }) => !other.wantsFresh)) return undefined;
    if (waiter.mayPipeline && this.#limits.pipelining > 1) {
      const sharing = this.#findSharing();
      if (sharing !== undefined) return sharing;
    }
    let connection = this.#idle.pop();
    while (connection !== undefined && !connection.isOpen) connection = this.#idle.pop();
    this.#filling = connection;
    return connection;
  }

  /** A connection with room in its queue: one is filled before another is opened. */
  #findSharing(): ClientConnection | undefined {
    if (this.#filling?.canPipeline === true && this.#filling.depth > 0) return this.#filling;
    for (const connection of this.#connections) {
      if (connection.depth > 0 && connection.canPipeline) return (this.#filling = connection);
    }
    return undefined;
  }
}
