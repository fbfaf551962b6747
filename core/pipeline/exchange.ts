import type { X509Certificate } from 'node:crypto';
import type { GatewayError } from '../errors.ts';
import type { FieldList, ReadonlyFieldList } from '../message/field-list.ts';
import type { Backend } from '../upstream/backend.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { MessageBody } from './message-body.ts';
import type { Slot } from './tokens.ts';
import type { ExchangeTrail } from './trail.ts';

/** One connection from a client. */
export interface DownstreamConnection {
  /** Counts up from 1 in this process. */
  readonly id: number;
  /** Address of the peer of the socket, a client or a proxy in front: no IPv4-mapped one, without zone. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly isEncrypted: boolean;
  /** What the handshake agreed on; undefined without TLS, and in onAccept, which comes before it. */
  readonly tls: ConnectionTls | undefined;
}

/** The TLS of one connection. */
export interface ConnectionTls {
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  /** Name of the cipher suite in IANA's registry, such as `TLS_AES_128_GCM_SHA256`. */
  readonly cipher: string;
  /** Name of the server that the client asked for (SNI), in lower case; undefined when it asked for none. */
  readonly serverName: string | undefined;
  /** Protocol chosen by ALPN; undefined when the client offered none. */
  readonly alpn: string | undefined;
  /** An earlier session was resumed. */
  readonly isResumed: boolean;
  /** The client's certificate, verified against the listener's `clientCa`; undefined when it has shown none. */
  readonly clientCertificate: X509Certificate | undefined;
}

/** The request as it came, hop-by-hop and framing fields taken out; read-only. */
export interface InboundRequest {
  readonly method: string;
  /** `http` or `https`, by the connection. */
  readonly scheme: 'http' | 'https';
  /** Host with port as the client sent it (absolute-form or Host); empty for HTTP/1.0 without Host. */
  readonly authority: string;
  /** Host in lower case, without port and trailing dot: what routes compare. */
  readonly hostname: string;
  /** Path as sent; `*` for OPTIONS *, empty for CONNECT. */
  readonly path: string;
  /**
   * What routes compare: the path with unreserved characters decoded, slashes merged and path parameters left out. Use
   * it for decisions about access, `path` for what is sent.
   */
  readonly routingPath: string;
  /** Query without `?`; undefined when there is none. */
  readonly query: string | undefined;
  /** Path and query as sent. */
  readonly target: string;
  readonly httpVersion: '1.0' | '1.1' | '2';
  readonly fields: ReadonlyFieldList;
  /** Bytes of the body: 0 for none, undefined while only its end will tell. */
  readonly contentLength: number | undefined;
  /** Protocols the client offers to switch to; undefined when none. */
  readonly upgrade: string | undefined;
}

/** The request as it will be sent to a backend; a draft until it is sent. */
export interface OutboundRequest {
  method: string;
  /** Path, beginning with `/`. */
  path: string;
  /** Query without `?`; undefined for none. */
  query: string | undefined;
  /** What Host will say; undefined: the client's authority, or what the upstream prescribes. */
  authority: string | undefined;
  readonly fields: FieldList;
  readonly body: MessageBody;
}

/** The response as it will be sent to the client; a draft until onResponse is over. */
export interface ResponseDraft {
  /** Setting it sets `reason` to the phrase that belongs to it. */
  status: number;
  /** Reason phrase of the status line. */
  reason: string;
  readonly fields: FieldList;
  readonly body: MessageBody;
  /** Version in which the backend answered; `1.1` for the gateway's own answers. */
  readonly httpVersion: '1.0' | '1.1' | '2';
  /** Who made it. */
  readonly source: 'backend' | 'gateway';
  /** Bytes of the body; undefined while only its end will tell. */
  readonly contentLength: number | undefined;
}

/** Moments of an exchange in milliseconds of the monotonic clock (`performance.now()`); 0 when not reached. */
export interface Timings {
  /** First byte of the request. */
  readonly startedAtMs: number;
  /** Request head complete. */
  readonly headAtMs: number;
  /** Response head from the backend complete. */
  readonly responseAtMs: number;
  /** Settled. */
  readonly completedAtMs: number;
}

/** One try of an exchange at one backend. */
export interface AttemptRecord {
  readonly backend: Backend;
  /** When the attempt began to wait for a connection, milliseconds of the monotonic clock. */
  readonly startedAtMs: number;
  /** When it had one; 0 when it never did. */
  readonly connectedAtMs: number;
  /** Time spent to establish the connection in milliseconds; 0 when an open one was used. */
  readonly connectMs: number;
  /** When its response head was complete; 0 when it never was. */
  readonly responseAtMs: number;
  readonly isReusedConnection: boolean;
  /** Status of the backend's response; undefined when there was none. */
  readonly status: number | undefined;
  /** Why it failed; `exchange_timeout` when its response was all that was missing then. Undefined while it did not. */
  readonly error: GatewayError | undefined;
}

/** The step of an exchange's life in which something happened. */
export type Phase =
  | 'route'
  | 'admit'
  | 'choose'
  | 'connect'
  | 'request'
  | 'response'
  | 'relay'
  | 'tunnel'
  | 'done';

/** How an exchange ended. */
export interface Outcome {
  /** Who ended it before its natural end; undefined when it ended well or by a plugin's own answer. */
  readonly endedBy: 'client' | 'backend' | 'gateway' | 'plugin' | undefined;
  /** The step it was in. */
  readonly phase: Phase;
  /** Code of the failure or of the local answer; undefined when a backend's answer was relayed completely. */
  readonly code: string | undefined;
  /** Plugin and hook that gave the local answer or failed. */
  readonly plugin: string | undefined;
  readonly hook: string | undefined;
  /** The failure that ended it, with its cause; undefined when none did. */
  readonly error?: GatewayError | undefined;
}

/** A failure as onBackendError sees it. */
export interface BackendFailure {
  readonly error: GatewayError;
  /** Undefined when `selectBackend` left none: the error is `no_backend` then. */
  readonly backend: Backend | undefined;
  /** Nothing of the request can have reached the backend. */
  readonly nothingSent: boolean;
  /** Another attempt cannot do harm: nothing was sent, or the request is idempotent and its body still at hand. */
  readonly mayRetry: boolean;
}

/** A backend's response head, before it is taken for the exchange's. */
export interface BackendResponse {
  readonly status: number;
  readonly fields: ReadonlyFieldList;
  readonly backend: Backend;
  /** Another attempt cannot do harm: the request is idempotent and its body still at hand. */
  readonly mayRetry: boolean;
}

/** Bounds of one exchange in milliseconds; what is undefined follows the upstream's bounds, or is not bounded. */
export interface ExchangeTimeouts {
  /** From the choice of a backend to a connection to it, the wait in its queue included. */
  connectMs: number | undefined;
  /** From the request sent to the response head complete. */
  responseHeadMs: number | undefined;
  /** Pause in the arrival of the response body, or in taking the request body. */
  idleMs: number | undefined;
  /** From the choice of a backend to its response head complete. */
  attemptMs: number | undefined;
  /** From the first byte of the request to the last of the response; attempts and waits between them included. */
  totalMs: number | undefined;
}

/** The part of a route that plugins may see. */
export interface RouteInfo {
  /** Its `name` in the configuration; undefined when it has none. */
  readonly name: string | undefined;
  /** Its `path` in the configuration, such as `/api/*`; undefined when it has none. */
  readonly path: string | undefined;
  /** Its place in the configuration, from 0. */
  readonly position: number;
  readonly upstream: Upstream;
}

/** One request and its response, from the head read to settled. */
export interface Exchange {
  /** Unique in this process, short; for logs and problem details. */
  readonly id: string;
  readonly connection: DownstreamConnection;
  readonly inbound: InboundRequest;
  readonly outbound: OutboundRequest;
  /** The route that matched; undefined when none did. */
  readonly route: RouteInfo | undefined;
  /** Where the exchange goes; the route's upstream unless a plugin changed it. */
  upstream: Upstream | undefined;
  /** The backend of the current or last attempt. */
  readonly backend: Backend | undefined;
  readonly attempts: readonly AttemptRecord[];
  /** Set from onResponse on. */
  readonly response: ResponseDraft | undefined;
  readonly timings: Timings;
  /** Set in onComplete. */
  readonly outcome: Outcome | undefined;
  /**
   * True when the request may be sent twice: its method is idempotent (RFC 9110 9.2.2), or a plugin knows, as by an
   * Idempotency-Key, and has set it.
   */
  isRepeatable: boolean;
  /** Bounds of this exchange alone; set them in onRequest. */
  readonly timeouts: ExchangeTimeouts;
  /** What each plugin did so far; undefined unless a plugin asked for it with `recordTrails`. */
  readonly trail: ExchangeTrail | undefined;
  /** Bytes of body, after transfer coding was removed: from the client, to the client. */
  readonly bodyBytesReceived: number;
  readonly bodyBytesSent: number;
  /** The value of a slot; undefined while nothing was set. */
  get<T>(slot: Slot<T>): T | undefined;
  set<T>(slot: Slot<T>, value: T): void;
}
