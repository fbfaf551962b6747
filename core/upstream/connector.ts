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
}

export interface ConnectListener extends ClientConnectionListener {
  onConnected(connection: ClientConnection): void;
  onConnectFailed(error: GatewayError): void;
}

/** HTTP/1.1 over what is dialled, TCP or TLS. */
export class Http1Connector implements Connector {
  readonly #dial: Dial;
  readonly #limits: ClientConnectionLimits;

  constructor(dial: Dial, limits: ClientConnectionLimits) {
    this.#dial = dial;
    this.#limits = limits;
  }

  connect(waiting: ConnectListener): void {
    void new Connecting(this.#dial, this.#limits, waiting);
  }
}

/** One connection being established: becomes a ClientConnection, or fails once. */
class Connecting implements DialListener, DeadlineOwner {
  readonly #waiting: ConnectListener;
  readonly #limits: ClientConnectionLimits;
  readonly #deadline = new Deadline(this);
  readonly #channel: Channel;
  readonly #startedAtMs = nowMs();
  #failure: ErrorCode = 'connect_failed';
  #isOver = false;

  constructor(dial: Dial, limits: ClientConnectionLimits, waiting: ConnectListener) {
    this.#waiting = waiting;
    this.#limits = limits;
    this.#deadline.arm(limits.connectTimeoutMs);
    this.#channel = dial(this);
  }

  onHandshake(): void {
    this.#failure = 'tls_failed';
  }

  onConnected(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#deadline.release();
    const connectMs = nowMs() - this.#startedAtMs;
    this.#waiting.onConnected(new ClientConnection(this.#channel, this.#waiting, this.#limits, connectMs));
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
    if (this.#isOver) return;
    this.#isOver = true;
    this.#deadline.release();
    this.#channel.destroy();
    this.#waiting.onConnectFailed(error);
  }
}
