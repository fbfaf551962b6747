import { GatewayError } from '../errors.ts';
import type { UpstreamLimits } from '../limits.ts';
import { announcesForbiddenContent, decideBodyLength, UNTIL_CLOSE } from '../message/framing.ts';
import type { ResponseHead } from '../message/head.ts';
import { isOffered, wantsKeepAlive } from '../message/hop-by-hop.ts';
import { isSafe } from '../message/method.ts';
import type {
  ClientStream,
  ClientStreamListener,
  OutgoingRequest,
  StreamTimeouts,
} from '../message/stream.ts';
import type { Channel, ChannelListener } from '../transport/channel.ts';
import { Deadline, type DeadlineOwner } from '../transport/timer-wheel.ts';
import { DiscardingSink } from '../message/discarding-sink.ts';
import { Http1ClientStream, type ClientStreamOwner } from './client-stream.ts';
import { type HeadLimits, parseResponseHead } from './head-parser.ts';
import { HeadReader } from './head-reader.ts';
import { type BodyOwner, IncomingBody } from './incoming-body.ts';
import { MessageWriter } from './message-writer.ts';
import { endsConnection, requestHeadText } from './serializer.ts';
import { SwitchedChannel } from './switched-channel.ts';
import { nowMs } from '../transport/clock.ts';
import { afterNextPoll } from '../transport/turn.ts';

/** What a connection tells the pool that opened it. */
export interface ClientConnectionListener {
  /** A response is complete and the connection can take a request (again). */
  onAvailable(connection: ClientConnection): void;
  /** The connection takes no more requests. */
  onClosed(connection: ClientConnection): void;
}

export interface ClientConnectionLimits extends UpstreamLimits, HeadLimits {
  readonly maxTrailerBytes: number;
}

const unlimitedBody = Number.MAX_SAFE_INTEGER;
const maxInformational = 32;
/** A cancelled response behind which others wait is read to its end if it is at most this long. */
const maxDiscardedBytes = 65_536;

/** One HTTP/1.1 connection to a backend: a first-in first-out queue of attempts (RFC 9112 9.3.2). */
export class ClientConnection implements ChannelListener, BodyOwner, DeadlineOwner, ClientStreamOwner {
  readonly channel: Channel;
  readonly writer: MessageWriter;
  readonly openedAtMs = nowMs();
  readonly connectMs: number;
  readonly #limits: ClientConnectionLimits;
  readonly #listener: ClientConnectionListener;
  readonly #reader: HeadReader<ResponseHead>;
  readonly #deadline = new Deadline(this);
  readonly #queue: Http1ClientStream[] = [];
  #body: IncomingBody | undefined;
  #held: Buffer | undefined;
  #served = 0;
  #informational = 0;
  #mayReuse = true;
  #isExclusive = false;
  #hasFinished = false;
  #isConsuming = false;
  /** Looks at what came while reading was paused that are still to be taken. */
  #pendingPolls = 0;
  #hasPeerEnded = false;
  #isClosed = false;

  /** Takes over a channel that is connected. */
  constructor(
    channel: Channel,
    listener: ClientConnectionListener,
    limits: ClientConnectionLimits,
    connectMs = 0,
  ) {
    this.connectMs = connectMs;
    this.channel = channel;
    this.#listener = listener;
    this.#limits = limits;
    this.#reader = new HeadReader(parseResponseHead, limits, 'HTTP/');
    this.writer = new MessageWriter(channel);
    channel.listener = this;
  }

  get isReused(): boolean {
    return this.#served > 0;
  }

  /** Attempts whose response is not complete. */
  get depth(): number {
    return this.#queue.length;
  }

  /** True while a further request may be sent. */
  get isOpen(): boolean {
    return this.#mayReuse && !this.#isClosed && !this.#hasPeerEnded;
  }

  /** True when one more safe request without body may follow those that wait for their response. */
  get canPipeline(): boolean {
    return this.isOpen && !this.#isExclusive && this.#queue.length < this.#limits.pipelining;
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
    this.#isExclusive = hasBody || request.upgrade !== undefined || !isSafe(request.method);
    if (hasBody && endsConnection(request)) this.#mayReuse = false;
    this.writer.begin(requestHeadText(request), request.bodyLength);
    this.#awaitHead();
    if (!hasBody) this.writer.flush();
    return stream;
  }

  /** Waits for a next request until it is idle for too long. */
  park(): void {
    this.#deadline.arm(this.#limits.keepAliveTimeoutMs);
  }

  close(): void {
    this.#mayReuse = false;
    if (this.#queue.length === 0) this.#shut();
  }

  onBytes(bytes: Buffer, length: number): void {
    if (this.#isClosed) return;
    if (this.#held !== undefined) this.#held = Buffer.concat([this.#held, bytes.subarray(0, length)]);
    else this.#consume(bytes, 0, length);
  }

  onEnd(): void {
    this.#hasPeerEnded = true;
    if (this.#held === undefined) this.#finishAtEnd();
  }

  onDrain(): void {
    this.#queue.at(-1)?.onDrain();
    this.#awaitNext();
  }

  onClose(error: Error | undefined): void {
    this.#fail(
      new GatewayError(this.#body === undefined ? 'connection_lost' : 'response_truncated', undefined, {
        cause: error,
      }),
    );
  }

  onDeadline(): void {
    if (this.#queue.length === 0) this.#shut();
    else if (this.#body === undefined) this.#fail(new GatewayError('response_head_timeout'));
    else if (this.#body.isFlowing) this.#fail(new GatewayError('response_idle_timeout'));
  }

  onBodyWanted(): void {
    if (this.#isConsuming) return;
    this.#awaitBytes();
    if (this.#held !== undefined) this.#consumeHeld();
    else this.#body?.flush();
  }

  flush(): boolean {
    this.writer.flush();
    this.#awaitNext();
    return !this.channel.isBacklogged;
  }

  onRequestEnded(): void {
    this.flush();
  }

  onCancelled(stream: Http1ClientStream): void {
    const isAlone = this.#queue.length === 1 || !stream.isRequestComplete;
    if (isAlone) this.#fail(new GatewayError('connection_lost'));
    else if (this.#queue[0] === stream && this.#body !== undefined) this.#discard(this.#body);
  }

  /** A part of a request was written: the turn is the backend's, or the client's, which has a bound of its own. */
  #awaitNext(): void {
    const stream = this.#queue.at(-1);
    if (this.#isClosed || stream === undefined) return;
    if (stream.isRequestComplete) {
      if (this.#body === undefined) this.#awaitHead();
    } else if (this.#body !== undefined || this.channel.isBacklogged) this.#awaitBytes();
    else if (stream.bodyBytesWritten > 0) this.#deadline.disarm();
  }

  #awaitHead(): void {
    this.#deadline.arm(this.#queue[0]?.timeouts?.responseHeadMs ?? this.#limits.responseHeadTimeoutMs);
  }

  #awaitBytes(): void {
    this.#deadline.arm(this.#queue[0]?.timeouts?.idleMs ?? this.#limits.idleTimeoutMs);
  }

  #consume(bytes: Buffer, start: number, end: number): void {
    let at = start;
    this.#isConsuming = true;
    try {
      at = this.#consumeMessages(bytes, at, end);
    } catch (cause) {
      this.#isConsuming = false;
      const detail = cause instanceof GatewayError ? cause.message : undefined;
      this.#fail(new GatewayError('malformed_response', detail, { cause }));
      return;
    }
    this.#isConsuming = false;
    if (at < end && !this.#isClosed) this.#hold(bytes, at, end);
    this.#body?.flush();
    if (this.#hasFinished) this.#goOn();
  }

  #consumeMessages(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && !this.#isClosed) {
      const body = this.#body;
      if (body === undefined) {
        // RFC 9112 9.2: bytes that nobody asked for yet are no response, nor the beginning of one
        if (this.#queue.length === 0)
          throw new GatewayError('malformed_response', 'Bytes came without a request.');
        if (this.#queue[0]!.isUnsent)
          throw new GatewayError('malformed_response', 'A response came before its request.');
        const parsed = this.#reader.read(bytes, at, end);
        if (parsed === undefined) return end;
        at = parsed.end;
        if (this.#onHead(parsed.head, bytes, at, end)) return end;
      } else {
        if (!body.isFlowing) return at;
        at = body.consume(bytes, at, end);
        this.channel.isBulk = body.isBulk;
        if (body.isComplete) this.#finishResponse();
        else this.#awaitBytes();
      }
    }
    return at;
  }

  /** True when the connection left HTTP. */
  #onHead(head: ResponseHead, bytes: Buffer, at: number, end: number): boolean {
    const stream = this.#queue[0]!;
    const { status } = head;
    if (status === 101) return this.#switch(stream, head, bytes, at, end);
    const announcesContent = announcesForbiddenContent(head.facts, status);
    if (status < 200) {
      if (announcesContent) throw new GatewayError('malformed_response', 'A 1xx response has content.');
      if (++this.#informational > maxInformational)
        throw new GatewayError('malformed_response', 'Too many 1xx.');
      stream.hasInformational = true;
      if (!stream.isCancelled) stream.listener.onInformational(head);
      return false;
    }
    const length = decideBodyLength(head.facts, head.minorVersion, stream.request.method, status);
    if (stream.request.method === 'CONNECT' && status < 300)
      return this.#switch(stream, head, bytes, at, end);
    this.#informational = 0;
    this.#mayReuse &&=
      !announcesContent && length !== UNTIL_CLOSE && wantsKeepAlive(head.facts, head.minorVersion);
    this.#beginResponse(stream, head, length);
    return false;
  }

  #beginResponse(stream: Http1ClientStream, head: ResponseHead, length: number): void {
    stream.hasResponseHead = true;
    if (length === 0) {
      if (!stream.isCancelled) stream.listener.onHead(head, undefined);
      this.#finishResponse();
      return;
    }
    const { maxTrailerBytes, maxFieldCount } = this.#limits;
    const body = new IncomingBody(length, this, {
      maxBodyBytes: unlimitedBody,
      maxTrailerBytes,
      maxFieldCount,
    });
    this.#body = body;
    stream.response = body;
    this.#awaitBytes();
    if (stream.isCancelled) this.#discard(body);
    else stream.listener.onHead(head, body);
  }

  #switch(stream: Http1ClientStream, head: ResponseHead, bytes: Buffer, at: number, end: number): boolean {
    if (head.status === 101 && !isOffered(head.facts.upgrade, stream.request.upgrade)) {
      throw new GatewayError(
        'malformed_response',
        'The backend switched to a protocol that was not offered.',
      );
    }
    const isAskedFor = stream.request.upgrade !== undefined || stream.request.method === 'CONNECT';
    if (
      !isAskedFor ||
      !stream.isRequestComplete ||
      (head.status === 101) !== (stream.request.upgrade !== undefined)
    ) {
      throw new GatewayError('malformed_response', 'The backend switched protocols without being asked to.');
    }
    this.#deadline.release();
    this.#isClosed = true;
    head.facts.contentLength = undefined; // RFC 9110 9.3.6: it means nothing here
    const early = at < end ? Buffer.from(bytes.subarray(at, end)) : undefined;
    stream.hasResponseHead = true;
    const switched = new SwitchedChannel(this.channel, early, () => this.#listener.onClosed(this));
    if (stream.isCancelled) switched.destroy();
    else stream.listener.onSwitch(head, switched);
    return true;
  }

  #finishResponse(): void {
    const stream = this.#queue.shift()!;
    this.#body = undefined;
    this.#served++;
    this.channel.isBulk = false;
    stream.isCancelled = true;
    if (!stream.isRequestComplete) this.#mayReuse = false; // RFC 9112 9.3: the rest of the request is not sent
    if (!this.#mayReuse) this.#shut();
    else if (this.#queue.length > 0) this.#awaitHead();
    this.#hasFinished = true;
  }

  /** Takes further requests; only when no byte is left over that the next one could take for its response. */
  #goOn(): void {
    this.#hasFinished = false;
    if (this.#isClosed) return;
    if (this.#hasPeerEnded) this.#shut();
    else if (this.#pendingPolls === 0) this.#listener.onAvailable(this);
  }

  #hold(bytes: Buffer, from: number, to: number): void {
    this.#held = Buffer.from(bytes.subarray(from, to));
    this.channel.pause();
  }

  #consumeHeld(): void {
    const held = this.#held!;
    this.#held = undefined;
    const served = this.#served;
    this.#pendingPolls++;
    this.#consume(held, 0, held.length);
    // a response that ends here was complete while reading was paused: more may have come, which is no response
    if (this.#served > served) afterNextPoll(() => this.#onPolled());
    else this.#pendingPolls--;
    if (this.#held !== undefined || this.#isClosed) return;
    if (this.#hasPeerEnded) this.#finishAtEnd();
    else this.channel.resume();
  }

  #onPolled(): void {
    this.#pendingPolls--;
    this.#goOn();
  }

  #finishAtEnd(): void {
    if (this.#isClosed) return;
    if (this.#body?.finish() === true) {
      this.#finishResponse();
      this.#shut();
    } else this.#fail(new GatewayError(this.#body === undefined ? 'connection_lost' : 'response_truncated'));
  }

  /** A response nobody wants is read to its end for those behind it, unless it is long. */
  #discard(body: IncomingBody): void {
    const isLong = body.length > maxDiscardedBytes || body.length === UNTIL_CLOSE;
    if (isLong) this.#shut();
    else body.pipe(new DiscardingSink(maxDiscardedBytes, () => this.#shut()));
  }

  #shut(): void {
    this.#fail(new GatewayError('connection_lost'), true);
  }

  /** Ends the connection: what is in the queue fails with `error`, what was behind may be sent again elsewhere. */
  #fail(error: GatewayError, isOrderly = false): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#deadline.release();
    this.#held = undefined;
    if (isOrderly && this.channel.pendingBytes === 0) this.channel.close();
    else this.channel.destroy();
    this.#listener.onClosed(this);
    const [first, ...behind] = this.#queue.splice(0);
    // what breaks a connection before the request has left belongs to the one before; by now others may have been answered
    const isInnocent = first?.isUnsent === true && this.isReused;
    first?.fail(isInnocent ? new GatewayError('connection_lost') : error, this.isReused);
    for (const stream of behind) stream.fail(new GatewayError('connection_lost'), true);
  }
}
