/** Who caused a failure; access logs and metrics report it. */
export type Fault = 'client' | 'backend' | 'gateway' | 'plugin';

interface ErrorKind {
  readonly status: number;
  readonly fault: Fault;
  /** True when another attempt may succeed; whether it is safe is decided by what was already sent. */
  readonly isRetryable: boolean;
  readonly message: string;
}

function kind(status: number, fault: Fault, message: string, isRetryable = false): ErrorKind {
  return { status, fault, message, isRetryable };
}

/** Every failure the gateway knows: HTTP status, whose fault, retryable, message for the client. */
export const errorKinds = {
  plain_http: kind(400, 'client', 'Plain HTTP was sent to a port that speaks TLS.'),
  malformed_head: kind(400, 'client', 'The request head is malformed.'),
  malformed_target: kind(400, 'client', 'The request target is malformed.'),
  ambiguous_path: kind(
    400,
    'client',
    'The path has dot segments or encodings that servers read differently.',
  ),
  invalid_host: kind(400, 'client', 'The Host field is missing, repeated or malformed.'),
  ambiguous_framing: kind(400, 'client', 'The length of the message is ambiguous.'),
  malformed_chunk: kind(400, 'client', 'The chunked body is malformed.'),
  unsupported_coding: kind(501, 'client', 'The transfer coding is not supported.'),
  unsupported_version: kind(505, 'client', 'Only HTTP/1.0 and HTTP/1.1 are supported here.'),
  target_too_long: kind(414, 'client', 'The request target is too long.'),
  head_too_large: kind(431, 'client', 'The request head is too large.'),
  body_too_large: kind(413, 'client', 'The request body is too large.'),
  head_timeout: kind(408, 'client', 'The request head did not arrive in time.'),
  body_timeout: kind(408, 'client', 'The request body stopped arriving.'),
  client_aborted: kind(499, 'client', 'The client went away.'),
  client_stalled: kind(499, 'client', 'The client stopped reading the response.'),
  no_route: kind(404, 'client', 'No route matches this request.'),
  loop_detected: kind(508, 'client', 'The request has passed this gateway before.'),

  no_backend: kind(503, 'gateway', 'No backend is available.', true),
  queue_full: kind(503, 'gateway', 'Too many requests wait for a backend connection.', true),
  queue_timeout: kind(503, 'gateway', 'No backend connection became free in time.', true),
  internal_error: kind(500, 'gateway', 'The gateway failed.'),

  connect_failed: kind(502, 'backend', 'The backend could not be reached.', true),
  connect_timeout: kind(504, 'backend', 'The backend did not accept the connection in time.', true),
  tls_failed: kind(502, 'backend', 'No trusted TLS connection to the backend could be made.', true),
  connection_lost: kind(502, 'backend', 'The backend closed the connection before it answered.', true),
  malformed_response: kind(502, 'backend', 'The backend sent a malformed response.', true),
  response_head_timeout: kind(504, 'backend', 'The backend did not answer in time.', true),
  attempt_timeout: kind(504, 'backend', 'The attempt took too long.', true),
  exchange_timeout: kind(504, 'gateway', 'The exchange took too long.'),
  response_idle_timeout: kind(504, 'backend', 'The backend stopped sending its response.'),
  response_truncated: kind(502, 'backend', 'The backend ended its response early.'),

  drain_timeout: kind(503, 'gateway', 'The gateway or its configuration ended before the exchange did.'),
  tunnel_idle: kind(504, 'gateway', 'The tunnel was idle for too long.'),
  plugin_failed: kind(500, 'plugin', 'A plugin failed.'),
  invalid_field: kind(500, 'plugin', 'A header field with an invalid name or value was set.'),
  body_taken: kind(500, 'plugin', 'The body already has a reader.'),
  body_limit_exceeded: kind(413, 'client', 'The request body is larger than the limit for buffering.'),
  response_too_large: kind(502, 'backend', 'The response body is larger than the limit for buffering.'),
} as const satisfies Record<string, ErrorKind>;

/** Stable identifier of a failure, part of every answer that the gateway makes itself. */
export type ErrorCode = keyof typeof errorKinds;

export interface ErrorOrigin {
  readonly plugin?: string | undefined;
  readonly hook?: string | undefined;
  readonly cause?: unknown;
  /** When it is not whose fault such a failure mostly is. */
  readonly fault?: Fault;
}

/** A failure with a stable code; status, fault and retryability follow from the code. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly fault: Fault;
  readonly isRetryable: boolean;
  readonly plugin: string | undefined;
  readonly hook: string | undefined;

  constructor(code: ErrorCode, detail?: string, origin: ErrorOrigin = {}) {
    super(
      detail ?? errorKinds[code].message,
      origin.cause === undefined ? undefined : { cause: origin.cause },
    );
    this.name = 'GatewayError';
    this.code = code;
    this.status = errorKinds[code].status;
    this.fault = origin.fault ?? errorKinds[code].fault;
    this.isRetryable = errorKinds[code].isRetryable;
    this.plugin = origin.plugin;
    this.hook = origin.hook;
  }
}

/** One thing wrong with a configuration, and where: `plugins[1] load-balance › policy`. */
export interface ConfigurationProblem {
  readonly place: string;
  readonly message: string;
}

/** A configuration was refused; `problems` lists everything that is wrong with it. */
export class ConfigurationError extends Error {
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[]) {
    super(problems.map(({ place, message }) => (place === '' ? message : `${place}: ${message}`)).join('\n'));
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}
