import type { FieldList } from '../message/field-list.ts';
import { type BodyLength, CHUNKED } from '../message/framing.ts';
import type { RequestHead, ResponseHead } from '../message/head.ts';
import { requestedUpgrade } from '../message/hop-by-hop.ts';
import type { Authority } from '../message/authority.ts';
import { anticipatesContent } from '../message/method.ts';
import { reasonPhrase } from '../message/status.ts';
import type { BodySource, OutgoingResponse } from '../message/stream.ts';
import type { RequestTarget } from '../message/target.ts';
import type { InboundRequest, OutboundRequest, ResponseDraft } from './exchange.ts';
import { type BodyContext, type BodyMarks, MessageBody } from './message-body.ts';

/** The request as it came. */
export class Inbound implements InboundRequest {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  readonly authority: string;
  readonly hostname: string;
  readonly path: string;
  readonly routingPath: string;
  readonly query: string | undefined;
  readonly fields: FieldList;
  readonly upgrade: string | undefined;
  readonly #minorVersion: number;
  readonly #bodyLength: BodyLength;

  constructor(
    head: RequestHead,
    target: RequestTarget,
    authority: string,
    parsed: Authority | undefined,
    isEncrypted: boolean,
    bodyLength: BodyLength,
  ) {
    this.method = head.method;
    this.scheme = isEncrypted ? 'https' : 'http';
    this.authority = authority;
    this.hostname = parsed === undefined ? '' : parsed.hostname;
    this.path = target.path;
    this.routingPath = target.routingPath;
    this.query = target.query;
    this.fields = head.fields;
    const mayUpgrade = bodyLength === 0 || anticipatesContent(head.method);
    this.upgrade =
      head.facts.upgrade === undefined || !mayUpgrade
        ? undefined
        : requestedUpgrade(head.facts, head.minorVersion);
    this.#minorVersion = head.minorVersion;
    this.#bodyLength = bodyLength;
  }

  get target(): string {
    return this.query === undefined ? this.path : `${this.path}?${this.query}`;
  }

  get httpVersion(): '1.0' | '1.1' {
    return this.#minorVersion === 0 ? '1.0' : '1.1';
  }

  get contentLength(): number | undefined {
    return this.#bodyLength === CHUNKED ? undefined : this.#bodyLength;
  }
}

/** The request as it will be sent. */
export class Outbound implements OutboundRequest {
  method: string;
  path: string;
  query: string | undefined;
  authority: string | undefined = undefined;
  readonly fields: FieldList;
  readonly #source: BodySource | undefined;
  readonly #owner: BodyContext;
  #body: MessageBody | undefined = undefined;

  constructor(inbound: Inbound, source: BodySource | undefined, owner: BodyContext) {
    this.method = inbound.method;
    this.path = inbound.path;
    this.query = inbound.query;
    this.fields = inbound.fields.clone();
    if (source?.length === CHUNKED) this.fields.rememberClaims();
    this.#source = source;
    this.#owner = owner;
  }

  get body(): MessageBody {
    return (this.#body ??= new MessageBody(this.#source, this.#owner));
  }

  /** The marks of plugins on the body; undefined when none asked for it. */
  get bodyMarks(): BodyMarks | undefined {
    return this.#body?.marks;
  }

  /** Whoever took the body takes no more of it for now. */
  holdBody(): void {
    this.#body?.hold();
  }

  /** Lets go of what plugins put into the body's way. */
  discardBody(): void {
    this.#body?.discard();
  }

  /** True when there is a body, or a plugin may have made one. */
  get hasBody(): boolean {
    return this.#body === undefined ? this.#source !== undefined : this.#body.wireLength !== 0;
  }

  /** CONNECT has an authority, everything else a path. */
  get target(): string {
    if (this.method === 'CONNECT') return this.authority ?? '';
    return this.query === undefined ? this.path : `${this.path}?${this.query}`;
  }
}

/** The response as it will be sent, in the form that the wire protocols take. */
export class Response implements ResponseDraft, OutgoingResponse {
  reason: string;
  readonly fields: FieldList;
  readonly source: 'backend' | 'gateway';
  upgrade: string | undefined = undefined;
  httpVersion: '1.0' | '1.1' | '2' = '1.1';
  #status: number;
  readonly #cameWithDate: boolean;
  readonly #declaredLength: string | undefined;
  readonly #bytes: Buffer | undefined;
  readonly #stream: BodySource | undefined;
  readonly #owner: BodyContext;
  #body: MessageBody | undefined = undefined;

  constructor(
    source: 'backend' | 'gateway',
    status: number,
    reason: string,
    fields: FieldList,
    cameWithDate: boolean,
    declaredLength: string | undefined,
    body: BodySource | Buffer | undefined,
    owner: BodyContext,
  ) {
    this.source = source;
    this.#status = status;
    this.reason = reason;
    this.fields = fields;
    this.#cameWithDate = cameWithDate;
    this.#declaredLength = declaredLength;
    this.#bytes = Buffer.isBuffer(body) ? body : undefined;
    this.#stream = Buffer.isBuffer(body) ? undefined : body;
    this.#owner = owner;
  }

  static ofBackend(head: ResponseHead, body: BodySource | undefined, owner: BodyContext): Response {
    const { facts } = head;
    const { status, reason, fields } = head;
    if (body?.length === CHUNKED) fields.rememberClaims();
    const response = new Response(
      'backend',
      status,
      reason,
      fields,
      facts.hasDate,
      facts.contentLength,
      body,
      owner,
    );
    if (head.minorVersion === 0) response.httpVersion = '1.0';
    if (status === 426) response.upgrade = facts.upgrade;
    return response;
  }

  get status(): number {
    return this.#status;
  }

  set status(status: number) {
    this.#status = status;
    this.reason = reasonPhrase(status);
  }

  /** False when the wire protocol has to add one. */
  get hasDate(): boolean {
    return this.#cameWithDate || this.fields.has('date');
  }

  get body(): MessageBody {
    return (this.#body ??= new MessageBody(this.#stream, this.#owner, this.#bytes, 'response_too_large'));
  }

  get bodyLength(): BodyLength {
    if (this.#body !== undefined) return this.#body.wireLength;
    return this.#bytes?.length ?? this.#stream?.length ?? 0;
  }

  get contentLength(): number | undefined {
    const length = this.bodyLength;
    return length < 0 ? undefined : length;
  }

  /** Without a body, the length that a body would have had; gone when a plugin made another body. */
  get declaredLength(): string | undefined {
    if (this.#body?.isTouched === true)
      return this.#body.wireLength > 0 ? String(this.#body.wireLength) : undefined;
    return this.#bytes === undefined ? this.#declaredLength : String(this.#bytes.length);
  }

  /** The marks of plugins on the body; undefined when none asked for it. */
  get bodyMarks(): BodyMarks | undefined {
    return this.#body?.marks;
  }

  /** Lets go of what plugins put into the body's way. */
  discardBody(): void {
    this.#body?.discard();
  }

  /** The untouched stream from the backend, when it can go straight through. */
  get straightSource(): BodySource | undefined {
    return this.#body === undefined ? this.#stream : undefined;
  }
}
