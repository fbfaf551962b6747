import type { GatewayError } from '../errors.ts';
import type { ByteChannel } from './byte-channel.ts';
import type { FieldList } from './field-list.ts';
import type { BodyLength } from './framing.ts';
import type { RequestHead, ResponseHead } from './head.ts';

/** Where the bytes of a body go. Bytes are lent for the length of the call and must be copied to be kept. */
export interface BodySink {
  /** Tells whom to ask to go on after a pause; before anything is written. */
  attach(source: BodySource): void;
  write(bytes: Buffer): void;
  /** The body is complete. */
  end(trailers: FieldList | undefined): void;
  /** The body will never be complete. */
  abort(error: GatewayError): void;
  /**
   * What was written so far should leave now: the source has no more at hand.
   * False asks the source to pause until the sink calls `source.resume()`.
   */
  flush(): boolean;
}

/** Where the bytes of a body come from. Nothing is read before `pipe`. */
export interface BodySource {
  /** Length in bytes, or CHUNKED, or UNTIL_CLOSE. */
  readonly length: BodyLength;
  /** Bytes delivered so far. */
  readonly bytesRead: number;
  /** True when no more bytes come: it was delivered whole, or broke off with `error`. */
  readonly isComplete: boolean;
  readonly error: GatewayError | undefined;
  /**
   * Lowers the number of bytes that are taken; a longer body breaks off with `body_too_large`.
   * @throws GatewayError `body_too_large` when it is known already.
   */
  limit(maxBytes: number): void;
  pipe(sink: BodySink): void;
  resume(): void;
}

/** The head of a response as it is to be written. */
export interface OutgoingResponse {
  readonly status: number;
  readonly reason: string;
  readonly fields: FieldList;
  /** Length in bytes, or CHUNKED when it is not known yet. */
  readonly bodyLength: BodyLength;
  /** Content-Length of an answer without body (HEAD, 304); undefined when not known. */
  readonly declaredLength: string | undefined;
  readonly hasDate: boolean;
  /** Value of Upgrade for a 101. */
  readonly upgrade: string | undefined;
}

/** The head of a request as it is to be written. */
export interface OutgoingRequest {
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly fields: FieldList;
  /** Length in bytes, or CHUNKED when it is not known yet. */
  readonly bodyLength: BodyLength;
  readonly expectsContinue: boolean;
  readonly acceptsTrailers: boolean;
  /** Value of Upgrade; undefined when no switch is asked for. */
  readonly upgrade: string | undefined;
}

/** Downstream half of an exchange: one request that is read, one response that is written. */
export interface ServerStream extends BodySink {
  readonly head: RequestHead;
  /** The request's body; undefined when it has none. */
  readonly body: BodySource | undefined;
  /** When the head was complete, in milliseconds of the monotonic clock. */
  readonly headAtMs: number;
  /** When its first byte came. */
  readonly startedAtMs: number;
  /** Bytes of response body written. */
  readonly bodyBytesWritten: number;
  /** True while no response head was sent and one still can be. */
  readonly mayRespond: boolean;
  /** Told once when the client is gone, or the response is out. */
  listener: ServerStreamListener | undefined;
  sendInformational(head: ResponseHead): void;
  sendHead(response: OutgoingResponse): void;
  /** The connection is not to be used for another request. */
  closeAfterResponse(): void;
  /** Writes a 101 (or 200 to CONNECT) and hands over the connection. */
  switchProtocols(response: OutgoingResponse): ByteChannel;
  /** Gives up: the client must see that the response is not complete. */
  reset(error: GatewayError): void;
}

export interface ServerStreamListener {
  /** The client is gone or its request broke off; an answer is possible while `mayRespond`. */
  onAborted(error: GatewayError): void;
  /** The response was handed to the transport completely. */
  onResponseSent(): void;
}

/** Bounds of one attempt in milliseconds; undefined follows those of the connection. */
export interface StreamTimeouts {
  readonly responseHeadMs: number | undefined;
  readonly idleMs: number | undefined;
}

/** Upstream half of an attempt: one request that is written, one response that is read. */
export interface ClientStream extends BodySink {
  /** True when the connection had served an exchange before this one. */
  readonly isOnReusedConnection: boolean;
  /** Bytes of request body written. */
  readonly bodyBytesWritten: number;
  /** True when the request was handed to the transport with its body. */
  readonly isRequestComplete: boolean;
  /** All that came of the request was taken: the turn is its sender's. */
  readonly isStarved: boolean;
  /** Gives up the attempt; the listener hears nothing more. */
  cancel(): void;
}

export interface ClientStreamListener {
  onInformational(head: ResponseHead): void;
  onHead(head: ResponseHead, body: BodySource | undefined): void;
  /** The backend agreed to switch protocols; the channel is the caller's now. */
  onSwitch(head: ResponseHead, channel: ByteChannel): void;
  /** The attempt failed before a final response head. */
  onFailed(failure: AttemptFailure): void;
}

/** Why an attempt failed, and what may follow from it. */
export interface AttemptFailure {
  readonly error: GatewayError;
  /** Not one byte of the request can have been processed by the backend. */
  readonly nothingSent: boolean;
  /** The connection had served others before: likely it was closed while the request was on its way. */
  readonly wasReusedConnection: boolean;
}
