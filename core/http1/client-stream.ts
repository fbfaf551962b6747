import { GatewayError } from '../errors.ts';
import type { ByteChannel } from '../message/byte-channel.ts';
import type { FieldList } from '../message/field-list.ts';
import { announcesForbiddenContent } from '../message/framing.ts';
import type { ResponseHead } from '../message/head.ts';
import type {
  AttemptFailure,
  BodySource,
  ClientStream,
  ClientStreamListener,
  OutgoingRequest,
  StreamTimeouts,
} from '../message/stream.ts';
import type { IncomingBody } from './incoming-body.ts';
import type { Channel } from '../transport/channel.ts';
import type { MessageWriter } from './message-writer.ts';
import { isExclusive } from './persistence.ts';

const maxInformational = 32;

/** What a stream needs of the connection it lives on. */
export interface ClientStreamOwner {
  readonly writer: MessageWriter;
  readonly isReused: boolean;
  readonly channel: Pick<Channel, 'isBacklogged'>;
  flush(): boolean;
  onRequestEnded(): void;
  onCancelled(stream: Http1ClientStream): void;
}

/** One request written to, and one response read from, an HTTP/1.1 connection. */
export class Http1ClientStream implements ClientStream {
  readonly request: OutgoingRequest;
  readonly listener: ClientStreamListener;
  readonly timeouts: StreamTimeouts | undefined;
  readonly isOnReusedConnection: boolean;
  readonly #owner: ClientStreamOwner;
  #source: BodySource | undefined;
  #hasResponseHead = false;
  #response: IncomingBody | undefined = undefined;
  #informational = 0;
  isRequestComplete: boolean;
  isCancelled = false;
  /** No other request may be sent behind it. */
  readonly isExclusive: boolean;
  readonly #writeCount: number;
  bodyBytesWritten = 0;

  constructor(
    owner: ClientStreamOwner,
    request: OutgoingRequest,
    hasBody: boolean,
    listener: ClientStreamListener,
    timeouts?: StreamTimeouts,
  ) {
    this.timeouts = timeouts;
    this.#owner = owner;
    this.request = request;
    this.listener = listener;
    this.#writeCount = owner.writer.writeCount;
    this.isOnReusedConnection = owner.isReused;
    this.isRequestComplete = !hasBody;
    this.isExclusive = isExclusive(request, hasBody);
  }

  /** True while its head still waits to be written. */
  get isUnsent(): boolean {
    return this.#owner.writer.writeCount === this.#writeCount;
  }

  get isStarved(): boolean {
    return !this.isRequestComplete && !this.#awaitsContinue && !this.#owner.channel.isBacklogged;
  }

  /** RFC 9110 10.1.1: the backend has to say whether it wants the body. */
  get #awaitsContinue(): boolean {
    return this.request.expectsContinue && this.#informational === 0 && this.bodyBytesWritten === 0;
  }

  attach(source: BodySource): void {
    this.#source = source;
  }

  write(bytes: Buffer): void {
    if (this.isRequestComplete || this.isCancelled) return;
    if (this.#owner.writer.exceeds(bytes)) {
      this.abort(new GatewayError('internal_error', 'The request body is longer than its head says.'));
      return;
    }
    this.bodyBytesWritten += bytes.length;
    this.#owner.writer.write(bytes);
  }

  end(trailers: FieldList | undefined): void {
    if (this.isRequestComplete || this.isCancelled) return;
    if (!this.#owner.writer.isBodyComplete) {
      this.abort(new GatewayError('internal_error', 'The request body is shorter than its head says.'));
      return;
    }
    this.isRequestComplete = true;
    this.#owner.writer.end(trailers && this.request.fields.withoutClaimed(trailers));
    this.#owner.onRequestEnded();
  }

  /** The request broke off: the backend must not take what it got for a whole, and there will be no answer. */
  abort(error: GatewayError): void {
    if (this.isRequestComplete || this.isCancelled) return;
    this.cancel();
    this.#tell({ error, nothingSent: false, wasReusedConnection: false });
  }

  flush(): boolean {
    return this.isCancelled || this.#owner.flush();
  }

  cancel(): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    this.#owner.onCancelled(this);
  }

  /** For the connection: what was written has left. */
  onDrain(): void {
    if (!this.isRequestComplete) this.#source?.resume();
  }

  /**
   * For the connection: a 1xx response came, the backend is at work.
   * @throws GatewayError `malformed_response`
   */
  onInformational(head: ResponseHead): void {
    if (announcesForbiddenContent(head.facts, head.status))
      throw new GatewayError('malformed_response', 'A 1xx response has content.');
    if (++this.#informational > maxInformational)
      throw new GatewayError('malformed_response', 'Too many 1xx.');
    if (!this.isCancelled) this.listener.onInformational(head);
  }

  /** For the connection: the response begins. */
  onHead(head: ResponseHead, body: IncomingBody | undefined): void {
    this.#hasResponseHead = true;
    this.#response = body;
    if (!this.isCancelled) this.listener.onHead(head, body);
  }

  /** For the connection: the backend left HTTP. */
  onSwitch(head: ResponseHead, channel: ByteChannel): void {
    this.#hasResponseHead = true;
    if (this.isCancelled) channel.destroy();
    else this.listener.onSwitch(head, channel);
  }

  /** For the connection: it cannot go on; `wasBehind` others that it was answering first. */
  fail(error: GatewayError, wasBehind = false): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    const wasReusedConnection = (this.isOnReusedConnection || wasBehind) && this.#informational === 0;
    this.#tell({ error, nothingSent: this.isUnsent, wasReusedConnection });
  }

  #tell(failure: AttemptFailure): void {
    if (this.#hasResponseHead) this.#response?.abort(failure.error);
    else this.listener.onFailed(failure);
  }
}
