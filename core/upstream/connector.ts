import { GatewayError } from '../errors.ts';
import {
  ClientConnection,
  type ClientConnectionLimits,
  type ClientConnectionListener,
} from '../http1/client-connection.ts';
import type { Channel, ChannelListener } from '../transport/channel.ts';
import { connectChannel, type Endpoint } from '../transport/connect.ts';
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

/** Plain HTTP/1.1 over TCP. */
export class TcpConnector implements Connector {
  readonly #endpoint: Endpoint;
  readonly #limits: ClientConnectionLimits;

  constructor(endpoint: Endpoint, limits: ClientConnectionLimits) {
    this.#endpoint = endpoint;
    this.#limits = limits;
  }

  connect(waiting: ConnectListener): void {
    void new Connecting(this.#endpoint, this.#limits, waiting);
  }
}

/** One connection being established: becomes a ClientConnection, or fails once. */
class Connecting implements ChannelListener, DeadlineOwner {
  readonly #waiting: ConnectListener;
  readonly #limits: ClientConnectionLimits;
  readonly #deadline = new Deadline(this);
  readonly #channel: Channel;
  readonly #startedAtMs = nowMs();
  #isOver = false;

  constructor(endpoint: Endpoint, limits: ClientConnectionLimits, waiting: ConnectListener) {
    this.#waiting = waiting;
    this.#limits = limits;
    this.#deadline.arm(limits.connectTimeoutMs);
    this.#channel = connectChannel(endpoint, this, () => this.#onConnected());
  }

  onBytes(): void {
    this.#fail(new GatewayError('connect_failed', 'The backend sent bytes before it was asked anything.'));
  }

  onEnd(): void {
    this.#fail(new GatewayError('connect_failed'));
  }

  onDrain(): void {}

  onClose(cause: Error | undefined): void {
    this.#fail(new GatewayError('connect_failed', undefined, { cause }));
  }

  onDeadline(): void {
    this.#fail(new GatewayError('connect_timeout'));
  }

  #onConnected(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#deadline.release();
    const connectMs = nowMs() - this.#startedAtMs;
    this.#waiting.onConnected(new ClientConnection(this.#channel, this.#waiting, this.#limits, connectMs));
  }

  #fail(error: GatewayError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#deadline.release();
    this.#channel.destroy();
    this.#waiting.onConnectFailed(error);
  }
}
