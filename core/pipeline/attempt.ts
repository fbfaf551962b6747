import { GatewayError } from '../errors.ts';
import type { ClientConnection } from '../http1/client-connection.ts';
import type { ByteChannel } from '../message/byte-channel.ts';
import type { ResponseHead } from '../message/head.ts';
import { listHas } from '../message/characters.ts';
import { DiscardingSink } from '../message/discarding-sink.ts';
import { isSafe } from '../message/method.ts';
import type {
  AttemptFailure,
  BodySource,
  ClientStream,
  ClientStreamListener,
  OutgoingRequest,
} from '../message/stream.ts';
import type { Backend } from '../upstream/backend.ts';
import type { ConnectionWaiter } from '../upstream/pool.ts';
import { attributed } from './attribution.ts';
import { checkOutbound } from './check-outbound.ts';
import type { AttemptRecord } from './exchange.ts';
import { fail } from './failure.ts';
import { onAttemptFailed, onBackendSwitch, onResponseHead, prepareAttempt } from './lifecycle.ts';
import type { LiveExchange } from './live-exchange.ts';
import { Deadline, type DeadlineOwner } from '../transport/timer-wheel.ts';
import { nowMs } from '../transport/clock.ts';

/** A pooled connection that dies is replaced this often before it counts as the backend's failure. */
const maxReplacements = 2;

const noTimeouts = { attemptMs: undefined };
/** A response nobody wants is read up to this length, a longer one costs its connection. */
const maxDiscardedBytes = 65_536;

/** The backend could not answer yet: it must not be held against it, or a client could have it ejected. */
function starved(): GatewayError {
  return new GatewayError('body_timeout', 'The request body did not arrive within the time of an attempt.');
}

/** One try of an exchange at one backend, from the wait for a connection to the end of its response. */
export class Attempt implements AttemptRecord, ConnectionWaiter, ClientStreamListener, DeadlineOwner {
  readonly backend: Backend;
  readonly startedAtMs = nowMs();
  connectedAtMs = 0;
  connectMs = 0;
  responseAtMs = 0;
  isReusedConnection = false;
  status: number | undefined = undefined;
  error: GatewayError | undefined = undefined;
  mayPipeline = false;
  wantsFresh = false;
  readonly #exchange: LiveExchange;
  #stream: ClientStream | undefined = undefined;
  #responseBody: BodySource | undefined = undefined;
  #replacements = 0;
  #isOver = false;
  #deadline: Deadline | undefined = undefined;

  constructor(exchange: LiveExchange, backend: Backend) {
    this.#exchange = exchange;
    this.backend = backend;
    backend.pool.activeAttempts++;
  }

  start(): void {
    this.#watch(undefined);
    prepareAttempt(this.#exchange, this);
  }

  /** The draft is final: gets a connection and sends it. */
  acquire(): void {
    if (this.#isOver) return; // given up while a hook was waiting
    const { outbound, inbound } = this.#exchange;
    try {
      checkOutbound(outbound, inbound);
    } catch (error) {
      const { runningPlugin, runningHook } = this.#exchange;
      fail(this.#exchange, attributed(error, runningPlugin ?? 'unknown', runningHook ?? 'unknown'));
      return;
    }
    this.mayPipeline = !outbound.hasBody && inbound.upgrade === undefined && isSafe(outbound.method);
    this.#watch(this.#exchange.ownTimeouts?.connectMs);
    this.backend.pool.acquire(this);
  }

  onConnection(connection: ClientConnection): void {
    if (this.#isOver) return;
    const { outbound } = this.#exchange;
    const now = nowMs();
    this.connectedAtMs = now;
    this.isReusedConnection = connection.isReused;
    this.connectMs = connection.isReused ? 0 : connection.connectMs;
    this.#exchange.phase = 'request';
    this.#watch(undefined);
    const stream = connection.send(this.#request(), outbound.hasBody, this, this.#exchange.ownTimeouts);
    this.#stream = stream;
    if (!outbound.hasBody) return;
    outbound.body.pipe(stream);
    stream.flush(); // the head must not wait for a body that waits for 100 (Continue)
  }

  onNoConnection(error: GatewayError): void {
    this.#fail({ error, nothingSent: true, wasReusedConnection: false });
  }

  onInformational(head: ResponseHead): void {
    if (this.#isOver) return;
    if (head.status === 100) this.#exchange.expectsContinue = false;
    this.#exchange.stream.sendInformational(head);
  }

  onHead(head: ResponseHead, body: BodySource | undefined): void {
    this.responseAtMs = nowMs();
    this.status = head.status;
    this.#responseBody = body;
    if (body === undefined) this.finish();
    this.#deadline?.disarm();
    onResponseHead(this.#exchange, this, head, body);
  }

  onSwitch(head: ResponseHead, channel: ByteChannel): void {
    this.responseAtMs = nowMs();
    this.status = head.status;
    this.finish();
    onBackendSwitch(this.#exchange, head, channel, this.responseAtMs);
  }

  onFailed(failure: AttemptFailure): void {
    this.#exchange.outbound.holdBody();
    const { wasReusedConnection, nothingSent, error } = failure;
    const isStale = error.code === 'connection_lost' && (wasReusedConnection || nothingSent);
    if (isStale && this.#replacements < maxReplacements && this.#exchange.mayRepeat(nothingSent)) {
      this.#replacements++;
      this.#stream = undefined;
      this.wantsFresh = true;
      this.mayPipeline = false; // the first on its connection can no longer lose it to others
      this.backend.pool.acquire(this);
    } else this.#fail(failure);
  }

  /** A bound that a plugin set for this exchange has passed. */
  onDeadline(): void {
    const isConnecting = this.#stream === undefined;
    const error = this.#stream?.isStarved === true ? starved() : this.#timeoutError(isConnecting);
    const failed: AttemptFailure = { error, nothingSent: isConnecting, wasReusedConnection: false };
    if (isConnecting) this.backend.pool.leave(this);
    else this.#stream!.cancel();
    this.#exchange.outbound.holdBody();
    this.#fail(failed);
  }

  /** The time of the whole exchange is over: that is the backend's failure when only its answer is missing. */
  onExchangeTimeout(error: GatewayError): void {
    if (this.responseAtMs === 0 && this.#stream?.isRequestComplete === true) this.error = error;
  }

  /** Its response is not wanted: a short one is read to its end for the sake of the connection. */
  abandonResponse(): void {
    const body = this.#responseBody;
    if (this.#stream?.isRequestComplete === false) {
      this.finish();
      this.#stream.cancel(); // it would wait for the rest of a request that goes elsewhere
      return;
    }
    if (body === undefined || body.isComplete) this.finish();
    else if (body.length >= 0 && body.length <= maxDiscardedBytes) {
      this.finish();
      body.pipe(new DiscardingSink(maxDiscardedBytes, () => {}));
    } else this.cancel();
  }

  /** Gives up, wherever it is. */
  cancel(): void {
    if (this.#isOver) return;
    const isComplete = this.#responseBody?.isComplete === true;
    this.finish();
    if (this.#stream === undefined) this.backend.pool.leave(this);
    else if (!isComplete) this.#stream.cancel();
  }

  /** Its response is complete, or it failed. */
  finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#deadline?.release();
    this.backend.pool.activeAttempts--;
  }

  /** One deadline for the nearer of two bounds: on the way to a connection, and on the attempt as a whole. */
  #watch(connectMs: number | undefined): void {
    const { attemptMs } = this.#exchange.ownTimeouts ?? noTimeouts;
    if (connectMs === undefined && attemptMs === undefined) return this.#deadline?.disarm();
    const leftMs = attemptMs === undefined ? Infinity : attemptMs - (performance.now() - this.startedAtMs);
    (this.#deadline ??= new Deadline(this)).arm(Math.min(connectMs ?? Infinity, leftMs));
  }

  #timeoutError(isConnecting: boolean): GatewayError {
    const code = isConnecting && !this.#isAttemptOver ? 'connect_timeout' : 'attempt_timeout';
    const isQueued = isConnecting && this.backend.pool.connectingCount === 0;
    return isQueued
      ? new GatewayError(code, 'No connection to the backend became free in time.', { fault: 'gateway' })
      : new GatewayError(code);
  }

  get #isAttemptOver(): boolean {
    const { attemptMs } = this.#exchange.ownTimeouts ?? noTimeouts;
    return attemptMs !== undefined && performance.now() - this.startedAtMs >= attemptMs;
  }

  #fail(failure: AttemptFailure): void {
    this.error = failure.error;
    this.finish();
    onAttemptFailed(this.#exchange, this, failure);
  }

  #request(): OutgoingRequest {
    const { outbound, inbound, upstream, stream, expectsContinue } = this.#exchange;
    return {
      method: outbound.method,
      target: outbound.method === 'CONNECT' ? inbound.authority : outbound.target,
      authority: outbound.authority ?? this.#host(upstream?.host, inbound.authority),
      fields: outbound.fields,
      bodyLength: outbound.hasBody ? outbound.body.wireLength : 0,
      expectsContinue,
      acceptsTrailers: stream.head.facts.te !== undefined && listHas(stream.head.facts.te, 'trailers'),
      upgrade: inbound.upgrade,
    };
  }

  #host(prescribed: string | undefined, ofClient: string): string {
    if (prescribed === undefined) return ofClient === '' ? this.backend.authority : ofClient;
    return prescribed === 'backend' ? this.backend.authority : prescribed;
  }
}
