import { GatewayError } from '../errors.ts';
import type { ByteChannel } from '../message/byte-channel.ts';
import type { FieldList } from '../message/field-list.ts';
import { CHUNKED } from '../message/framing.ts';
import type { RequestHead, ResponseHead } from '../message/head.ts';
import type { BodySource, OutgoingResponse, ServerStream, ServerStreamListener } from '../message/stream.ts';
import type { IncomingBody } from './incoming-body.ts';
import { type MessageWriter, responseFraming } from './message-writer.ts';
import type { Persistence } from './persistence.ts';
import { informationalText, responseHeadText } from './serializer.ts';

/** What a stream needs of the connection it lives on. */
export interface ServerStreamOwner {
  readonly writer: MessageWriter;
  /** How the connection goes on behind a response that starts now. */
  decidePersistence(stream: Http1ServerStream, mustClose: boolean): Persistence;
  /** Writes what is held; false while the client lags behind. */
  flush(): boolean;
  onResponseEnded(stream: Http1ServerStream): void;
  takeOver(): ByteChannel;
  closeAfterResponse(): void;
  reset(): void;
}

const WAITING = 0;
const HEAD_SENT = 1;
const ENDED = 2;

/** One request read from, and one response written to, an HTTP/1.1 connection. */
export class Http1ServerStream implements ServerStream {
  readonly head: RequestHead;
  readonly body: IncomingBody | undefined;
  readonly startedAtMs: number;
  readonly headAtMs: number;
  readonly #owner: ServerStreamOwner;
  #state = WAITING;
  #hasBody = false;
  #fields: FieldList | undefined = undefined;
  #source: BodySource | undefined;
  bodyBytesWritten = 0;
  listener: ServerStreamListener | undefined = undefined;

  constructor(
    owner: ServerStreamOwner,
    head: RequestHead,
    body: IncomingBody | undefined,
    startedAtMs: number,
    headAtMs: number,
  ) {
    this.#owner = owner;
    this.head = head;
    this.body = body;
    this.startedAtMs = startedAtMs;
    this.headAtMs = headAtMs;
  }

  get mayRespond(): boolean {
    return this.#state === WAITING;
  }

  get isEnded(): boolean {
    return this.#state === ENDED;
  }

  sendInformational(head: ResponseHead): void {
    // RFC 9110 15.2: never to an HTTP/1.0 client
    if (this.#state !== WAITING || this.head.minorVersion === 0) return;
    this.#owner.writer.writeText(informationalText(head));
    this.#owner.flush();
  }

  attach(source: BodySource): void {
    this.#source = source;
  }

  sendHead(response: OutgoingResponse): void {
    if (this.#state !== WAITING) return;
    this.#state = HEAD_SENT;
    this.#fields = response.fields;
    const { status } = response;
    this.#hasBody = this.head.method !== 'HEAD' && status >= 200 && status !== 204 && status !== 304;
    const framing = responseFraming(response.bodyLength, this.head.minorVersion);
    const untilClose = this.#hasBody && framing < CHUNKED;
    const persistence = this.#owner.decidePersistence(this, untilClose);
    const text = responseHeadText(response, this.#hasBody ? framing : undefined, persistence);
    this.#owner.writer.begin(text, this.#hasBody ? framing : 0);
  }

  write(bytes: Buffer): void {
    if (this.#state !== HEAD_SENT || !this.#hasBody) return;
    if (this.#owner.writer.exceeds(bytes)) {
      this.reset(new GatewayError('internal_error', 'The response body is longer than its head says.'));
      return;
    }
    this.bodyBytesWritten += bytes.length;
    this.#owner.writer.write(bytes);
  }

  end(trailers: FieldList | undefined): void {
    if (this.#state !== HEAD_SENT) return;
    if (!this.#owner.writer.isBodyComplete) {
      this.reset(new GatewayError('response_truncated'));
      return;
    }
    this.#state = ENDED;
    this.#source = undefined;
    this.#owner.writer.end(trailers && this.#fields?.withoutClaimed(trailers));
    this.#owner.onResponseEnded(this);
  }

  abort(error: GatewayError): void {
    this.reset(error);
  }

  flush(): boolean {
    return this.#state !== HEAD_SENT || this.#owner.flush();
  }

  closeAfterResponse(): void {
    this.#owner.closeAfterResponse();
  }

  switchProtocols(response: OutgoingResponse): ByteChannel {
    this.#state = ENDED;
    this.#owner.writer.begin(responseHeadText(response, undefined, 'implied'), 0);
    return this.#owner.takeOver();
  }

  reset(error: GatewayError): void {
    if (this.#state === ENDED) return;
    this.#state = ENDED;
    this.#source = undefined;
    this.#owner.reset();
    this.#tell(error);
  }

  /** For the connection: the request broke off or the client is gone. */
  fail(error: GatewayError): void {
    if (this.#state === ENDED) return;
    this.body?.abort(error);
    this.listener?.onAborted(error);
  }

  /** For the connection: it is gone, nothing can be written any more. */
  close(error: GatewayError): void {
    if (this.#state === ENDED) return;
    this.#state = ENDED;
    this.#source = undefined;
    this.body?.abort(error);
    this.#tell(error);
  }

  /** For the connection: what was written has left. */
  onDrain(): void {
    this.#source?.resume();
  }

  #tell(error: GatewayError): void {
    const listener = this.listener;
    this.listener = undefined;
    listener?.onAborted(error);
  }
}
