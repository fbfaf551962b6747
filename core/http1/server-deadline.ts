import { GatewayError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import type { Channel } from '../transport/channel.ts';
import { Deadline, type DeadlineOwner } from '../transport/timer-wheel.ts';
import type { Http1ServerStream } from './server-stream.ts';

/** The connection whose client is waited for. */
export interface ServerDeadlineOwner {
  readonly channel: Channel;
  readonly limits: Limits;
  readonly isClosing: boolean;
  /** The request that is being served. */
  readonly stream: Http1ServerStream | undefined;
  /** A request does not go on. */
  onTimeout(error: GatewayError): void;
  /** The client takes nothing of what waits for it. */
  onStalled(): void;
  /** No request begins, or the client does not close. */
  onIdle(): void;
}

type Wait = 'nothing' | 'request' | 'head' | 'body' | 'send' | 'close';

/** The single deadline of a connection from a client, and what it is for. */
export class ServerDeadline implements DeadlineOwner {
  readonly #owner: ServerDeadlineOwner;
  readonly #deadline = new Deadline(this);
  #wait: Wait = 'nothing';
  #takenBefore = 0;

  constructor(owner: ServerDeadlineOwner) {
    this.#owner = owner;
    this.#await('request', owner.limits.headTimeoutMs); // who connects has something to ask
  }

  /** The next request must begin. */
  awaitRequest(): void {
    this.#await('request', this.#owner.limits.keepAliveTimeoutMs);
  }

  /** The head that has begun must be complete. */
  awaitHead(): void {
    if (this.#wait !== 'head') this.#await('head', this.#owner.limits.headTimeoutMs);
  }

  /** More of the request's body must come, if it is not complete. */
  awaitBody(): void {
    const { channel, stream, limits } = this.#owner;
    if (this.#wait === 'send' && channel.isBacklogged) return;
    if (stream?.body === undefined || stream.body.isComplete) this.stop();
    else this.#await('body', limits.requestIdleTimeoutMs);
  }

  /** Somebody takes the body (again), so that its sender can go on. */
  onBodyWanted(): void {
    if (this.#wait === 'body') this.awaitBody();
  }

  /** The client must take some of what waits for it. */
  awaitSent(): void {
    this.#takenBefore = this.#owner.channel.bytesTaken;
    this.#await('send', this.#owner.limits.sendIdleTimeoutMs);
  }

  /** Everything waiting has left. */
  onDrain(): void {
    if (this.#wait === 'send') this.#onSent();
  }

  /** The client must take what waits for it, and then close. */
  awaitClose(): void {
    if (this.#owner.channel.pendingBytes > 0) this.awaitSent();
    else this.#await('close', this.#owner.limits.lingerTimeoutMs);
  }

  /** Nothing is waited for. */
  stop(): void {
    this.#wait = 'nothing';
    this.#deadline.disarm();
  }

  release(): void {
    this.#deadline.release();
  }

  onDeadline(): void {
    switch (this.#wait) {
      case 'head':
        return this.#owner.onTimeout(new GatewayError('head_timeout'));
      case 'body':
        return this.#onBodyDeadline();
      case 'send':
        return this.#onSendDeadline();
      case 'request':
      case 'close':
        return this.#owner.onIdle();
      case 'nothing':
    }
  }

  #await(wait: Wait, ms: number): void {
    this.#wait = wait;
    this.#deadline.arm(ms);
  }

  #onBodyDeadline(): void {
    // while nobody takes the body, its sender cannot go on
    if (this.#owner.stream?.body?.isFlowing === false) this.awaitBody();
    else this.#owner.onTimeout(new GatewayError('body_timeout'));
  }

  #onSent(): void {
    this.stop();
    if (this.#owner.isClosing) this.awaitClose();
    else this.awaitBody();
  }

  #onSendDeadline(): void {
    const { pendingBytes, bytesTaken } = this.#owner.channel;
    if (pendingBytes === 0) this.#onSent();
    else if (bytesTaken > this.#takenBefore) this.awaitSent();
    else this.#owner.onStalled();
  }
}
