import { GatewayError } from '../errors.ts';
import type { UpstreamLimits } from '../limits.ts';
import type { BodyLength } from '../message/framing.ts';
import type { ResponseHead } from '../message/head.ts';
import type {
  ClientStream,
  ClientStreamListener,
  OutgoingRequest,
  StreamTimeouts,
} from '../message/stream.ts';
import type { Channel, ChannelListener } from '../transport/channel.ts';
import { nowMs } from '../transport/clock.ts';
import type { TrailerLimits } from './chunked-decoder.ts';
import { ClientDeadline, type ClientDeadlineOwner } from './client-deadline.ts';
import { type ClientStreamOwner, Http1ClientStream } from './client-stream.ts';
import type { HeadLimits } from './head-parser.ts';
import type { IncomingBody } from './incoming-body.ts';
import { MessageWriter } from './message-writer.ts';
import { endsConnection, isReusableAfter } from './persistence.ts';
import { ResponseReader, type ResponseReaderOwner } from './response-reader.ts';
import { requestHeadText } from './serializer.ts';
import { SwitchedChannel } from './switched-channel.ts';

/** What a connection tells the pool that opened it. */
export interface ClientConnectionListener {
  /** A response is complete and the connection can take a request (again). */
  onAvailable(connection: ClientConnection): void;
  /** The connection takes no more requests. */
  onClosed(connection: ClientConnection): void;
}

export interface ClientConnectionLimits extends UpstreamLimits, HeadLimits, TrailerLimits {}

type Roles = ChannelListener & ClientDeadlineOwner & ClientStreamOwner & ResponseReaderOwner;

/** One HTTP/1.1 connection to a backend: a first-in first-out queue of attempts (RFC 9112 9.3.2). */
export class ClientConnection implements Roles {
  readonly channel: Channel;
  readonly writer: MessageWriter;
  readonly limits: ClientConnectionLimits;
  readonly deadline: ClientDeadline;
  readonly openedAtMs = nowMs();
  readonly connectMs: number;
  isClosing = false;
  readonly #listener: ClientConnectionListener;
  readonly #queue: Http1ClientStream[] = [];
  readonly #responses: ResponseReader;
  #served = 0;
  #mayReuse = true;

  /** Takes over a channel that is connected. */
  constructor(
    channel: Channel,
    listener: ClientConnectionListener,
    limits: ClientConnectionLimits,
    connectMs = 0,
  ) {
    this.connectMs = connectMs;
    this.channel = channel;
    this.limits = limits;
    this.#listener = listener;
    this.writer = new MessageWriter(channel);
    this.#responses = new ResponseReader(channel, this);
    this.deadline = new ClientDeadline(this);
    channel.listener = this;
  }

  get isReused(): boolean {
    return this.#served > 0;
  }

  /** Attempts whose response is not complete. */
  get depth(): number {
    return this.#queue.length;
  }

  get oldest(): Http1ClientStream | undefined {
    return this.#queue[0];
  }

  get newest(): Http1ClientStream | undefined {
    return this.#queue.at(-1);
  }

  /** The response body that is arriving. */
  get body(): IncomingBody | undefined {
    return this.#responses.body;
  }

  /** True while a further request may be sent. */
  get isOpen(): boolean {
    return this.#mayReuse && !this.isClosing && !this.#responses.hasEnded;
  }

  /** True when one more safe request without body may follow those that wait for their response. */
  get canPipeline(): boolean {
    return this.isOpen && this.depth < this.limits.pipelining && this.newest?.isExclusive !== true;
  }

  /** Sends a request; with `hasBody`, pipe the body to the stream that is returned. */
  send(
    request: OutgoingRequest,
    hasBody: boolean,
    listener: ClientStreamListener,
    timeouts?: StreamTimeouts,
  ): ClientStream {
    const stream = new Http1ClientStream(this, request, hasBody, listener, timeouts);
    this.#queue.push(stream);
    if (hasBody && endsConnection(request)) this.#mayReuse = false;
    this.writer.begin(requestHeadText(request), request.bodyLength);
    this.deadline.awaitHead();
    if (!hasBody) this.writer.flush();
    return stream;
  }

  /** Waits for a next request until it is idle for too long. */
  park(): void {
    this.deadline.awaitRequest();
  }

  /** Takes no more requests, and closes when none is under way. */
  close(): void {
    this.#mayReuse = false;
    if (this.#queue.length === 0) this.shut();
  }

  onBytes(bytes: Buffer, length: number): void {
    if (!this.isClosing) this.#responses.take(bytes, length);
  }

  onEnd(): void {
    this.#responses.end();
  }

  onDrain(): void {
    this.newest?.onDrain();
    this.#onWritten();
  }

  onClose(error: Error | undefined): void {
    this.fail(this.#responses.broken(error));
  }

  flush(): boolean {
    this.writer.flush();
    this.#onWritten();
    return !this.channel.isBacklogged;
  }

  onRequestEnded(): void {
    this.flush();
  }

  onCancelled(stream: Http1ClientStream): void {
    const isAlone = this.#queue.length === 1 || !stream.isRequestComplete;
    if (isAlone) this.fail(new GatewayError('connection_lost'));
    else if (this.oldest === stream && this.body !== undefined) this.#responses.discard(this.body);
  }

  onResponseBegun(head: ResponseHead, length: BodyLength): void {
    this.#mayReuse &&= isReusableAfter(head, length);
  }

  onResponseEnded(): void {
    const stream = this.#queue.shift()!;
    this.#served++;
    stream.isCancelled = true;
    if (!stream.isRequestComplete) this.#mayReuse = false; // RFC 9112 9.3: the rest of the request is not sent
    if (!this.#mayReuse) this.shut();
    else if (this.#queue.length > 0) this.deadline.awaitHead();
  }

  onResponsesRead(): void {
    if (this.isClosing) return;
    if (this.#responses.hasEnded) this.shut();
    else this.#listener.onAvailable(this);
  }

  onSwitch(stream: Http1ClientStream, head: ResponseHead, early: Buffer | undefined): void {
    this.deadline.release();
    this.isClosing = true;
    head.facts.contentLength = undefined; // RFC 9110 9.3.6: it means nothing here
    stream.onSwitch(head, new SwitchedChannel(this.channel, early, () => this.#listener.onClosed(this)));
  }

  /** Ends the connection, of which nothing is wanted any more. */
  shut(): void {
    this.fail(new GatewayError('connection_lost'), true);
  }

  /** Ends the connection: what is in the queue fails with `error`, what was behind may be sent again elsewhere. */
  fail(error: GatewayError, isOrderly = false): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.deadline.release();
    this.#responses.release();
    if (isOrderly && this.channel.pendingBytes === 0) this.channel.close();
    else this.channel.destroy();
    this.#listener.onClosed(this);
    const [first, ...behind] = this.#queue.splice(0);
    // what breaks a connection before the request has left belongs to the one before; by now others may have been answered
    const isInnocent = first?.isUnsent === true && this.isReused;
    first?.fail(isInnocent ? new GatewayError('connection_lost') : error, this.isReused);
    for (const stream of behind) stream.fail(new GatewayError('connection_lost'), true);
  }

  #onWritten(): void {
    if (!this.isClosing && this.newest !== undefined) this.deadline.onWritten(this.newest);
  }
}
