import { GatewayError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import type { ByteChannel } from '../message/byte-channel.ts';
import { decideBodyLength } from '../message/framing.ts';
import type { RequestHead } from '../message/head.ts';
import { wantsKeepAlive } from '../message/hop-by-hop.ts';
import type { ServerStream } from '../message/stream.ts';
import type { Channel, ChannelListener } from '../transport/channel.ts';
import { Deadline, type DeadlineOwner } from '../transport/timer-wheel.ts';
import { DiscardingSink } from '../message/discarding-sink.ts';
import { parseRequestHead } from './head-parser.ts';
import { HeadReader } from './head-reader.ts';
import { type BodyOwner, IncomingBody } from './incoming-body.ts';
import { MessageWriter } from './message-writer.ts';
import { refusalText } from './refusal.ts';
import type { Persistence } from './persistence.ts';
import { Http1ServerStream, type ServerStreamOwner } from './server-stream.ts';
import { SwitchedChannel } from './switched-channel.ts';
import { nowMs } from '../transport/clock.ts';

/** What a connection tells the server that accepted it. */
export interface ServerConnectionListener {
  onRequest(stream: ServerStream): void;
  /** A message was refused before it became an exchange. */
  onRefused(error: GatewayError): void;
  onClosed(): void;
}

/** What the connection's single deadline waits for. */
type Wait = 'idle' | 'head' | 'body' | 'send' | 'linger';

/** A request body this much short of its end is read to keep the connection, a longer one is not worth it. */
const maxDrainedBytes = 65_536;
/** Once so many bytes wait for their turn, a connection is read no further. */
const maxHeldBytes = 65_536;

/** One HTTP/1.x connection from a client: reads requests, answers them in order (RFC 9112 9.3). */
export class ServerConnection implements ChannelListener, BodyOwner, DeadlineOwner, ServerStreamOwner {
  readonly channel: Channel;
  readonly writer: MessageWriter;
  readonly #limits: Limits;
  readonly #listener: ServerConnectionListener;
  readonly #reader: HeadReader<RequestHead>;
  readonly #deadline = new Deadline(this);
  #wait: Wait = 'head';
  #stream: Http1ServerStream | undefined;
  #held: Buffer | undefined;
  #startedAtMs = 0;
  #isConsuming = false;
  #isLastRequest = false;
  #isClosing = false;
  #switched: SwitchedChannel | undefined;
  #sentBefore = 0;
  requestCount = 0;

  constructor(
    listener: ServerConnectionListener,
    limits: Limits,
    accept: (listener: ChannelListener) => Channel,
  ) {
    this.#listener = listener;
    this.#limits = limits;
    this.#reader = new HeadReader(parseRequestHead, limits);
    this.channel = accept(this);
    this.writer = new MessageWriter(this.channel);
    this.#expect('idle', limits.headTimeoutMs);
  }

  get isIdle(): boolean {
    return this.#stream === undefined && !this.#reader.isPartial && this.#held === undefined;
  }

  /** Serves what has begun and then closes; at once when nothing has. */
  drain(): void {
    this.#isLastRequest = true;
    if (!this.isIdle || this.#switched !== undefined) return;
    this.writer.flushNow();
    if (this.channel.pendingBytes === 0) this.channel.close();
    else this.#close();
  }

  /** True while an exchange or a tunnel runs on it. */
  get isServing(): boolean {
    return this.#stream !== undefined || this.#switched !== undefined;
  }

  /** Ends what runs, for that reason, and the connection. */
  cut(error: GatewayError): void {
    this.#stream?.close(error);
    if (this.#switched === undefined) this.channel.destroy();
    else this.#switched.abort(error);
  }

  /** Answers what cannot be a request, and closes. */
  refuse(error: GatewayError): void {
    this.#refuse(error);
  }

  onBytes(bytes: Buffer, length: number): void {
    if (this.#isClosing) return;
    if (this.#held !== undefined) this.#hold(Buffer.concat([this.#held, bytes.subarray(0, length)]));
    else this.#consume(bytes, 0, length);
  }

  onEnd(): void {
    const stream = this.#stream;
    if (stream !== undefined && !stream.isEnded) {
      const wasCutOff = !stream.mayRespond;
      stream.close(new GatewayError('client_aborted'));
      if (wasCutOff) this.reset(); // what was sent must not look like the whole
    }
    // both directions ended: the socket closes once all is sent
    if (!this.#isClosing) this.#close();
  }

  onDrain(): void {
    if (this.#wait === 'send') this.#onSent();
    const stream = this.#stream;
    if (stream?.isEnded === true) this.#nextRequest(stream);
    else stream?.onDrain();
  }

  onClose(): void {
    this.#deadline.release();
    this.#isClosing = true;
    this.#held = undefined;
    this.#stream?.close(new GatewayError('client_aborted'));
    this.#listener.onClosed();
  }

  onDeadline(): void {
    switch (this.#wait) {
      case 'head':
        return this.#refuse(new GatewayError('head_timeout'));
      case 'body':
        // while nobody takes the body, its sender cannot go on
        if (this.#stream?.body?.isFlowing === false) return this.#waitForRequest();
        return this.#failRequest(new GatewayError('body_timeout'));
      case 'send':
        return this.#onSendDeadline();
      case 'idle':
      case 'linger':
        if (this.channel.pendingBytes > 0) this.channel.reset();
        else this.channel.close();
    }
  }

  onBodyWanted(): void {
    this.channel.isBulk = this.#stream?.body?.isBulk === true;
    if (this.#wait === 'body') this.#waitForRequest();
    if (this.#isConsuming) return;
    if (this.#held !== undefined) this.#consumeHeld();
    else this.#stream?.body?.flush();
  }

  decidePersistence(stream: Http1ServerStream, mustClose: boolean): Persistence {
    const { head, body } = stream;
    const mayStay = !mustClose && !this.#isLastRequest && wantsKeepAlive(head.facts, head.minorVersion);
    const isReadable = body === undefined || body.isComplete || this.#isDrainable(stream);
    if (mayStay && isReadable && this.requestCount < this.#limits.maxRequestsPerConnection) {
      return head.minorVersion === 0 ? 'keep-alive' : 'implied';
    }
    this.#isLastRequest = true;
    return 'close';
  }

  flush(): boolean {
    this.writer.flush();
    if (!this.channel.isBacklogged) return true;
    this.#expectSent();
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
    this.#deadline.release();
    const held = this.#held;
    this.#held = undefined;
    this.#stream = undefined;
    this.#switched = new SwitchedChannel(this.channel, held, () => this.#listener.onClosed());
    return this.#switched;
  }

  closeAfterResponse(): void {
    this.#isLastRequest = true;
  }

  reset(): void {
    this.#isClosing = true;
    this.channel.reset();
  }

  #expect(wait: Wait, ms: number): void {
    this.#wait = wait;
    this.#deadline.arm(ms);
  }

  #consume(bytes: Buffer, start: number, end: number): void {
    let at = start;
    this.#isConsuming = true;
    try {
      at = this.#consumeMessages(bytes, at, end);
    } catch (cause) {
      this.#isConsuming = false;
      this.#onProtocolError(cause);
      return;
    }
    this.#isConsuming = false;
    if (at < end && !this.#isClosing) this.#hold(Buffer.from(bytes.subarray(at, end)));
    this.#stream?.body?.flush();
  }

  #consumeMessages(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && !this.#isClosing) {
      const stream = this.#stream;
      if (stream === undefined) {
        if (!this.#reader.isPartial) this.#startedAtMs = nowMs();
        const parsed = this.#reader.read(bytes, at, end);
        if (parsed === undefined) {
          if (this.#wait !== 'head') this.#expect('head', this.#limits.headTimeoutMs);
          return end;
        }
        at = parsed.end;
        this.#begin(parsed.head);
      } else {
        const { body } = stream;
        if (body === undefined || body.isComplete || !body.isFlowing) return at;
        at = body.consume(bytes, at, end);
        this.channel.isBulk = body.isBulk;
        this.#waitForRequest();
      }
    }
    return at;
  }

  #begin(head: RequestHead): void {
    const length = decideBodyLength(head.facts, head.minorVersion, head.method, 0);
    const body =
      length === 0 ? undefined : new IncomingBody(length, this, this.#limits, this.#limits.maxBodyBytes);
    const headAtMs = this.#wait === 'head' ? nowMs() : this.#startedAtMs;
    const stream = new Http1ServerStream(this, head, body, this.#startedAtMs, headAtMs);
    this.requestCount++;
    this.#stream = stream;
    this.#waitForRequest();
    this.#listener.onRequest(stream);
  }

  /** Goes on when the answered request was read to its end and its answer is out. */
  #nextRequest(stream: Http1ServerStream): void {
    const { body } = stream;
    if (this.#stream !== stream) return;
    if (body !== undefined && !body.isComplete) {
      body.pipe(
        new DiscardingSink(
          maxDrainedBytes,
          () => this.#close(),
          () => this.#nextRequest(stream),
        ),
      );
      return;
    }
    if (!this.flush()) return;
    if (this.#isLastRequest) {
      this.#close();
      return;
    }
    this.#stream = undefined;
    this.channel.isBulk = false;
    this.#expect('idle', this.#limits.keepAliveTimeoutMs);
    if (this.#held !== undefined && !this.#isConsuming) this.#consumeHeld();
  }

  /** Chooses what to wait for while a request is being read or served. */
  #waitForRequest(): void {
    const body = this.#stream?.body;
    if (this.#wait === 'send' && this.channel.isBacklogged) return;
    if (body !== undefined && !body.isComplete) this.#expect('body', this.#limits.requestIdleTimeoutMs);
    else {
      this.#wait = 'idle';
      this.#deadline.disarm();
    }
  }

  /** Keeps what cannot be worked on yet; reads on for a while, for only so is it seen that the client goes away. */
  #hold(bytes: Buffer): void {
    this.#held = bytes;
    if (bytes.length >= maxHeldBytes) this.channel.pause();
  }

  #consumeHeld(): void {
    const held = this.#held!;
    this.#held = undefined;
    this.#consume(held, 0, held.length);
    if (this.#held === undefined && !this.#isClosing) this.channel.resume();
  }

  #isDrainable(stream: Http1ServerStream): boolean {
    const { length, bytesRead } = stream.body!;
    return !stream.head.facts.expectsContinue && length >= 0 && length - bytesRead <= maxDrainedBytes;
  }

  #onProtocolError(cause: unknown): void {
    const error =
      cause instanceof GatewayError ? cause : new GatewayError('internal_error', undefined, { cause });
    if (this.#stream === undefined || this.#stream.isEnded) this.#refuse(error);
    else this.#failRequest(error);
  }

  /** Answers a message that never became an exchange. */
  #refuse(error: GatewayError): void {
    this.#listener.onRefused(error);
    this.writer.writeText(refusalText(error));
    this.#close();
  }

  /** Breaks off a request in its body; the exchange answers if it still can. */
  #failRequest(error: GatewayError): void {
    const stream = this.#stream!;
    this.#isLastRequest = true;
    this.#deadline.disarm();
    if (stream.isEnded) {
      this.#close();
      return;
    }
    stream.fail(error);
    if (stream.mayRespond && stream.listener === undefined) this.#refuse(error);
    else if (!stream.mayRespond && !stream.isEnded) stream.reset(error);
  }

  /** Closes so that the client can still read the answer: end, then read on for a while (RFC 9112 9.6). */
  #close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#held = undefined;
    this.writer.flushNow();
    this.channel.end();
    this.channel.resume();
    if (this.channel.pendingBytes > 0) this.#expectSent();
    else this.#expect('linger', this.#limits.lingerTimeoutMs);
  }

  #expectSent(): void {
    this.#sentBefore = this.channel.bytesTaken;
    this.#expect('send', this.#limits.sendIdleTimeoutMs);
  }

  #onSent(): void {
    if (this.#isClosing) this.#expect('linger', this.#limits.lingerTimeoutMs);
    else {
      this.#wait = 'idle';
      this.#waitForRequest();
    }
  }

  #onSendDeadline(): void {
    if (this.channel.pendingBytes === 0) return this.#onSent();
    if (this.channel.bytesTaken > this.#sentBefore) return this.#expectSent();
    this.#stream?.close(new GatewayError('client_stalled'));
    this.channel.reset();
  }
}
