import { GatewayError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import type { ByteChannel } from '../message/byte-channel.ts';
import { DiscardingSink } from '../message/discarding-sink.ts';
import type { RequestHead } from '../message/head.ts';
import type { ServerStream } from '../message/stream.ts';
import type { Channel, ChannelListener } from '../transport/channel.ts';
import { nowMs } from '../transport/clock.ts';
import type { IncomingBody } from './incoming-body.ts';
import { MessageWriter } from './message-writer.ts';
import { maxDiscardedBytes, type Persistence, persistenceAfter } from './persistence.ts';
import { refusalText } from './refusal.ts';
import { RequestReader, type RequestReaderOwner } from './request-reader.ts';
import { ServerDeadline, type ServerDeadlineOwner } from './server-deadline.ts';
import { Http1ServerStream, type ServerStreamOwner } from './server-stream.ts';
import { SwitchedChannel } from './switched-channel.ts';

/** What a connection tells the server that accepted it. */
export interface ServerConnectionListener {
  onRequest(stream: ServerStream): void;
  /** A message was refused before it became an exchange. */
  onRefused(error: GatewayError): void;
  onClosed(): void;
}

type Roles = ChannelListener & RequestReaderOwner & ServerDeadlineOwner & ServerStreamOwner;

/** One HTTP/1.x connection from a client: reads requests, answers them in order (RFC 9112 9.3). */
export class ServerConnection implements Roles {
  readonly channel: Channel;
  readonly writer: MessageWriter;
  readonly limits: Limits;
  readonly deadline: ServerDeadline;
  requestCount = 0;
  stream: Http1ServerStream | undefined = undefined;
  isClosing = false;
  readonly #listener: ServerConnectionListener;
  readonly #requests: RequestReader;
  #isLastRequest = false;
  #switched: SwitchedChannel | undefined;

  constructor(
    listener: ServerConnectionListener,
    limits: Limits,
    accept: (listener: ChannelListener) => Channel,
  ) {
    this.#listener = listener;
    this.limits = limits;
    this.channel = accept(this);
    this.writer = new MessageWriter(this.channel);
    this.#requests = new RequestReader(this.channel, this);
    this.deadline = new ServerDeadline(this);
  }

  get isIdle(): boolean {
    return this.stream === undefined && this.#requests.isEmpty;
  }

  /** True while an exchange or a tunnel runs on it. */
  get isServing(): boolean {
    return this.stream !== undefined || this.#switched !== undefined;
  }

  /** Serves what has begun and then closes; at once when nothing has. */
  drain(): void {
    this.#isLastRequest = true;
    if (!this.isIdle || this.#switched !== undefined) return;
    this.writer.flushNow();
    if (this.channel.pendingBytes === 0) this.channel.close();
    else this.#close();
  }

  /** Ends what runs, for that reason, and the connection. */
  cut(error: GatewayError): void {
    this.stream?.close(error);
    if (this.#switched === undefined) this.channel.destroy();
    else this.#switched.abort(error);
  }

  /** Answers what cannot be a request, and closes. */
  refuse(error: GatewayError): void {
    this.#listener.onRefused(error);
    this.writer.writeText(refusalText(error));
    this.#close();
  }

  onBytes(bytes: Buffer, length: number): void {
    if (!this.isClosing) this.#requests.take(bytes, length);
  }

  onEnd(): void {
    const { stream } = this;
    if (stream !== undefined && !stream.isEnded) {
      const wasCutOff = !stream.mayRespond;
      stream.close(new GatewayError('client_aborted'));
      if (wasCutOff) this.reset(); // what was sent must not look like the whole
    }
    // both directions ended: the socket closes once all is sent
    this.#close();
  }

  onDrain(): void {
    this.deadline.onDrain();
    const { stream } = this;
    if (stream?.isEnded === true) this.#nextRequest(stream);
    else stream?.onDrain();
  }

  onClose(): void {
    this.deadline.release();
    this.isClosing = true;
    this.#requests.release();
    this.stream?.close(new GatewayError('client_aborted'));
    this.#listener.onClosed();
  }

  onHead(head: RequestHead, body: IncomingBody | undefined, startedAtMs: number): void {
    const stream = new Http1ServerStream(this, head, body, startedAtMs, nowMs());
    this.requestCount++;
    this.stream = stream;
    this.deadline.awaitBody();
    this.#listener.onRequest(stream);
  }

  onUnreadable(cause: unknown): void {
    const error =
      cause instanceof GatewayError ? cause : new GatewayError('internal_error', undefined, { cause });
    if (this.stream === undefined) this.refuse(error);
    else this.#failRequest(this.stream, error);
  }

  onTimeout(error: GatewayError): void {
    if (this.stream === undefined) this.refuse(error);
    else this.#failRequest(this.stream, error);
  }

  onStalled(): void {
    this.stream?.close(new GatewayError('client_stalled'));
    this.channel.reset();
  }

  onIdle(): void {
    if (this.channel.pendingBytes > 0) this.channel.reset();
    else this.channel.close();
  }

  decidePersistence({ head, body }: Http1ServerStream, mustClose: boolean): Persistence {
    this.#isLastRequest ||= mustClose || this.requestCount >= this.limits.maxRequestsPerConnection;
    const persistence = this.#isLastRequest ? 'close' : persistenceAfter(head, body);
    this.#isLastRequest = persistence === 'close';
    return persistence;
  }

  flush(): boolean {
    this.writer.flush();
    if (!this.channel.isBacklogged) return true;
    this.deadline.awaitSent();
    return false;
  }

  onResponseEnded(stream: Http1ServerStream): void {
    this.writer.flush();
    stream.listener?.onResponseSent();
    stream.listener = undefined;
    if (this.#isLastRequest) this.#close();
    else this.#nextRequest(stream);
  }

  takeOver(): ByteChannel {
    this.writer.flushNow();
    this.deadline.release();
    this.stream = undefined;
    const early = this.#requests.release();
    this.#switched = new SwitchedChannel(this.channel, early, () => this.#listener.onClosed());
    return this.#switched;
  }

  closeAfterResponse(): void {
    this.#isLastRequest = true;
  }

  reset(): void {
    this.isClosing = true;
    this.channel.reset();
  }

  /** Goes on when the answered request was read to its end and its answer is out. */
  #nextRequest(stream: Http1ServerStream): void {
    const { body } = stream;
    if (this.stream !== stream) return;
    if (body !== undefined && !body.isComplete) return this.#discard(stream, body);
    if (!this.flush()) return;
    if (this.#isLastRequest) return this.#close();
    this.stream = undefined;
    this.channel.isBulk = false;
    this.deadline.awaitRequest();
    this.#requests.goOn();
  }

  /** Reads the rest of a request that nobody wants, to get to the next one. */
  #discard(stream: Http1ServerStream, body: IncomingBody): void {
    const close = (): void => this.#close();
    body.pipe(new DiscardingSink(maxDiscardedBytes, close, () => this.#nextRequest(stream)));
  }

  /** Breaks off a request in its body; the exchange answers if it still can. */
  #failRequest(stream: Http1ServerStream, error: GatewayError): void {
    this.#isLastRequest = true;
    this.deadline.stop();
    if (stream.isEnded) return this.#close();
    stream.fail(error);
    if (stream.mayRespond && stream.listener === undefined) this.refuse(error);
    else if (!stream.mayRespond && !stream.isEnded) stream.reset(error);
  }

  /** Closes so that the client can still read the answer: end, then read on for a while (RFC 9112 9.6). */
  #close(): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.#requests.release();
    this.writer.flushNow();
    this.channel.end();
    this.channel.resume();
    this.deadline.awaitClose();
  }
}
