import { GatewayError } from '../errors.ts';
import type { UpstreamLimits } from '../limits.ts';
import type { Channel } from '../transport/channel.ts';
import { Deadline, type DeadlineOwner } from '../transport/timer-wheel.ts';
import type { Http1ClientStream } from './client-stream.ts';
import type { IncomingBody } from './incoming-body.ts';

/** The connection whose backend is waited for. */
export interface ClientDeadlineOwner {
  readonly channel: Channel;
  readonly limits: UpstreamLimits;
  /** The stream whose response comes next. */
  readonly oldest: Http1ClientStream | undefined;
  /** The response body that is arriving. */
  readonly body: IncomingBody | undefined;
  /** It was idle for too long. */
  close(): void;
  fail(error: GatewayError): void;
}

/** The single deadline of a connection to a backend: of a response's head, its body, or the next request. */
export class ClientDeadline implements DeadlineOwner {
  readonly #owner: ClientDeadlineOwner;
  readonly #deadline = new Deadline(this);

  constructor(owner: ClientDeadlineOwner) {
    this.#owner = owner;
  }

  /** A next request must come. */
  awaitRequest(): void {
    this.#deadline.arm(this.#owner.limits.keepAliveTimeoutMs);
  }

  /** The head of the next response must come. */
  awaitHead(): void {
    const { oldest, limits } = this.#owner;
    this.#deadline.arm(oldest?.timeouts?.responseHeadMs ?? limits.responseHeadTimeoutMs);
  }

  /** More of a body must come, or be taken. */
  awaitBytes(): void {
    const { oldest, limits } = this.#owner;
    this.#deadline.arm(oldest?.timeouts?.idleMs ?? limits.idleTimeoutMs);
  }

  /** A part of a request was written: the turn is the backend's, or the client's, which has a bound of its own. */
  onWritten(stream: Http1ClientStream): void {
    const { body, channel } = this.#owner;
    if (stream.isRequestComplete) {
      if (body === undefined) this.awaitHead();
    } else if (body !== undefined || channel.isBacklogged) this.awaitBytes();
    else if (stream.isStarved) this.#deadline.disarm();
  }

  release(): void {
    this.#deadline.release();
  }

  onDeadline(): void {
    const { oldest, body } = this.#owner;
    if (oldest === undefined) this.#owner.close();
    else if (body === undefined) this.#owner.fail(new GatewayError('response_head_timeout'));
    else if (body.isFlowing) this.#owner.fail(new GatewayError('response_idle_timeout'));
  }
}
