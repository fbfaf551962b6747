import { type ErrorCode, GatewayError } from '../errors.ts';
import {
  ClientConnection,
  type ClientConnectionLimits,
  type ClientConnectionListener,
} from '../http1/client-connection.ts';
import type { Channel } from '../transport/channel.ts';
import type { Dial, DialListener } from '../transport/connect.ts';
import { Deadline, type DeadlineOwner } from '../transport/timer-wheel.ts';
import { nowMs } from '../transport/clock.ts';

/** Opens connections to one backend. */
export interface Connector {
  connect(waiting: ConnectListener): void;
  /** Gives up what is being established, and says how many that were; no listener is told. */
  abandon(): number;
}

export interface ConnectListener extends ClientConnectionListener {
  onConnected(connection: ClientConnection): void;
  onConnectFailed(error: GatewayError): void;
}

/** HTTP/1.1 over what is dialled, TCP or TLS. */
export class Http1Connector implements Connector {
  readonly #dial: Dial;
  readonly #limits: ClientConnectionLimits;
  readonly #connecting = new Set<Connecting>();

  constructor(dial: Dial, limits: ClientConnectionLimits) {
    this.#dial = dial;
    this.#limits = limits;
  }

  connect(waiting: ConnectListener): void {
    const connecting = new Connecting(this.#limits, waiting, this.#connecting);
    connecting.start(this.#dial);
  }

  abandon(): number {
    const count = this.#connecting.size;
    for (const connecting of this.#connecting) connecting.abandon();
    return count;
  }
}

/** One connection being established: becomes a ClientConnection, or fails once. */
class Connecting implements DialListener, DeadlineOwner {
  readonly #waiting: ConnectListener;
  readonly #limits: ClientConnectionLimits;
  readonly #deadline = new Deadline(this);
  readonly #unfinished: Set<Connecting>;
  #channel: Channel | undefined;
  readonly #startedAtMs = nowMs();
  #failure: ErrorCode = 'connect_failed';
  #isOver = false;

  constructor(limits: ClientConnectionLimits, waiting: ConnectListener, unfinished: Set<Connecting>) {
    this.#waiting = waiting;
    this.#limits = limits;
    this.#unfinished = unfinished;
  }

  start(dial: Dial): void {
    this.#unfinished.add(this);
    this.#deadline.arm(this.#limits.connectTimeoutMs);
    this.#channel = dial(this);
  }

  abandon(): void {
    if (this.#finish()) this.#channel?.destroy();
  }

  onHandshake(): void {
    this.#failure = 'tls_failed';
  }

  onConnected(): void {
    if (!this.#finish()) return;
    const connectMs = nowMs() - this.#startedAtMs;
    this.#waiting.onConnected(new ClientConnection(this.#channel!, this.#waiting, this.#limits, connectMs));
  }

  onBytes(): void {
    this.#fail(new GatewayError('connect_failed', 'The backend sent bytes before it was asked anything.'));
  }

  onEnd(): void {
    this.#fail(new GatewayError(this.#failure));
  }

  onDrain(): void {}

  onClose(cause: Error | undefined): void {
    this.#fail(new GatewayError(this.#failure, undefined, { cause }));
  }

  onDeadline(): void {
    this.#fail(new GatewayError('connect_timeout'));
  }

  #fail(error: GatewayError): void {
    if (!this.#finish()) return;
    this.#channel?.destroy();
    this.#waiting.onConnectFailed(error);
  }

  /** True the first time. */
  #finish(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#deadline.release();
    this.#unfinished.delete(this);
    return true;
  }
}
