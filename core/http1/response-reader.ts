import { GatewayError } from '../errors.ts';
import { DiscardingSink } from '../message/discarding-sink.ts';
import { type BodyLength, decideBodyLength } from '../message/framing.ts';
import type { ResponseHead } from '../message/head.ts';
import type { Channel } from '../transport/channel.ts';
import { afterNextPoll } from '../transport/turn.ts';
import type { TrailerLimits } from './chunked-decoder.ts';
import type { ClientDeadline } from './client-deadline.ts';
import type { Http1ClientStream } from './client-stream.ts';
import { type HeadLimits, parseResponseHead } from './head-parser.ts';
import { HeadReader } from './head-reader.ts';
import { type BodyOwner, IncomingBody } from './incoming-body.ts';
import { Intake } from './intake.ts';
import { isWorthDiscarding, maxDiscardedBytes } from './persistence.ts';
import { checkSwitch, isSwitch } from './protocol-switch.ts';

/** The connection whose responses are read. */
export interface ResponseReaderOwner {
  readonly limits: HeadLimits & TrailerLimits;
  readonly isClosing: boolean;
  readonly deadline: ClientDeadline;
  /** The stream whose response comes next. */
  readonly oldest: Http1ClientStream | undefined;
  /** A response begins, interim or final. */
  onResponseBegun(head: ResponseHead, length: BodyLength): void;
  onResponseEnded(): void;
  /** Responses ended, and no byte is left over that the next one could take for its own. */
  onResponsesRead(): void;
  onSwitch(stream: Http1ClientStream, head: ResponseHead, early: Buffer | undefined): void;
  fail(error: GatewayError): void;
  /** Ends the connection, of which nothing is wanted any more. */
  shut(): void;
}

/** The receiving half of a connection to a backend: reads responses in the order of their requests. */
export class ResponseReader extends Intake implements BodyOwner {
  readonly #owner: ResponseReaderOwner;
  readonly #heads: HeadReader<ResponseHead>;
  /** The body that is arriving. */
  body: IncomingBody | undefined = undefined;
  /** The backend writes no more. */
  hasEnded = false;
  #hasFinished = false;
  /** Looks at what came while reading was paused that are still to be taken. */
  #pendingPolls = 0;

  constructor(channel: Channel, owner: ResponseReaderOwner) {
    super(channel);
    this.#owner = owner;
    this.#heads = new HeadReader(parseResponseHead, owner.limits, 'HTTP/');
  }

  /** The backend writes no more: what is held is still read. */
  end(): void {
    this.hasEnded = true;
    if (!this.isHolding) this.#finish();
  }

  /** A response nobody wants is read to its end for those behind it, unless it is long. */
  discard(body: IncomingBody): void {
    if (!isWorthDiscarding(body.length)) return this.#owner.shut();
    body.pipe(new DiscardingSink(maxDiscardedBytes, () => this.#owner.shut()));
  }

  /** Why what is under way will not be complete. */
  broken(cause?: Error): GatewayError {
    const code = this.body === undefined ? 'connection_lost' : 'response_truncated';
    return new GatewayError(code, undefined, { cause });
  }

  onBodyWanted(): void {
    this.#owner.deadline.awaitBytes();
    this.goOn();
  }

  protected get isClosing(): boolean {
    return this.#owner.isClosing;
  }

  protected get maxHeldBytes(): number {
    return 0;
  }

  protected readMessages(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && !this.#owner.isClosing) {
      const { body } = this;
      if (body === undefined) at = this.#readHead(bytes, at, end);
      else if (body.isFlowing) at = this.#readBody(body, bytes, at, end);
      else return at;
    }
    return at;
  }

  protected onUnreadable(cause: unknown): void {
    const detail = cause instanceof GatewayError ? cause.message : undefined;
    this.#owner.fail(new GatewayError('malformed_response', detail, { cause }));
  }

  protected onRead(wasHeld: boolean): void {
    this.body?.flush();
    if (!this.#hasFinished) return;
    this.#hasFinished = false;
    // a response that was held was complete while reading was paused: more may have come, which is no response
    if (wasHeld) this.#awaitPoll();
    this.#onResponsesRead();
  }

  protected override onCaughtUp(): void {
    if (this.hasEnded) this.#finish();
    else this.channel.resume();
  }

  #awaitPoll(): void {
    this.#pendingPolls++;
    afterNextPoll(() => {
      this.#pendingPolls--;
      this.#onResponsesRead();
    });
  }

  #onResponsesRead(): void {
    if (this.hasEnded || this.#pendingPolls === 0) this.#owner.onResponsesRead();
  }

  #readHead(bytes: Buffer, at: number, end: number): number {
    const stream = this.#owner.oldest;
    // RFC 9112 9.2: bytes that nobody asked for yet are no response, nor the beginning of one
    if (stream === undefined) throw new GatewayError('malformed_response', 'Bytes came without a request.');
    if (stream.isUnsent) throw new GatewayError('malformed_response', 'A response came before its request.');
    const parsed = this.#heads.read(bytes, at, end);
    if (parsed === undefined) return end;
    const { head } = parsed;
    if (isSwitch(head, stream.request)) {
      checkSwitch(head, stream.request, stream.isRequestComplete);
      this.#owner.onSwitch(
        stream,
        head,
        parsed.end < end ? Buffer.from(bytes.subarray(parsed.end, end)) : undefined,
      );
      return end;
    }
    // also where a 1xx has no body: what is malformed or ambiguous is refused
    const length = decideBodyLength(head.facts, head.minorVersion, stream.request.method, head.status);
    this.#owner.onResponseBegun(head, length);
    if (head.status < 200) this.#onInformational(stream, head);
    else this.#begin(stream, head, length);
    return parsed.end;
  }

  #onInformational(stream: Http1ClientStream, head: ResponseHead): void {
    stream.onInformational(head);
    if (!stream.isRequestComplete) this.#owner.deadline.onWritten(stream); // it may have been told to go on
  }

  #begin(stream: Http1ClientStream, head: ResponseHead, length: BodyLength): void {
    if (length === 0) {
      stream.onHead(head, undefined);
      this.#onComplete();
      return;
    }
    const body = new IncomingBody(length, this, this.#owner.limits, Infinity);
    this.body = body;
    if (stream.isCancelled) this.discard(body);
    else stream.onHead(head, body);
  }

  #readBody(body: IncomingBody, bytes: Buffer, start: number, end: number): number {
    const at = body.consume(bytes, start, end);
    this.channel.isBulk = body.isBulk;
    if (body.isComplete) this.#onComplete();
    else this.#owner.deadline.awaitBytes();
    return at;
  }

  #onComplete(): void {
    if (this.#owner.isClosing) return; // whoever took the response ended the connection
    this.body = undefined;
    this.channel.isBulk = false;
    this.#hasFinished = true;
    this.#owner.onResponseEnded();
  }

  /** The backend has said all: a body may be complete by that (RFC 9112 6.3). */
  #finish(): void {
    if (this.#owner.isClosing) return;
    if (this.body?.finish() === true) {
      this.#onComplete();
      this.#owner.shut();
    } else this.#owner.fail(this.broken());
  }
}
