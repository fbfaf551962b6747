import type { FieldsInit } from '../message/field-block.ts';
import { FieldList } from '../message/field-list.ts';

/** An answer that the gateway gives itself instead of a backend's. */
export class LocalResponse {
  readonly status: number;
  readonly fields: FieldList;
  /** Undefined: problem details for an error status, nothing otherwise. */
  readonly body: Buffer | undefined;
  /** Stable code for logs and problem details; undefined when the plugin gave none. */
  readonly code: string | undefined;
  /** One sentence for the client, in problem details. */
  readonly detail: string | undefined;

  constructor(
    status: number,
    fields: FieldList,
    body: Buffer | undefined,
    code: string | undefined,
    detail: string | undefined,
  ) {
    this.status = status;
    this.fields = fields;
    this.body = body;
    this.code = code;
    this.detail = detail;
  }
}

export interface ProblemDetails {
  /** Stable identifier, snake case; default: `local_response`. */
  readonly code?: string;
  /** One sentence for the client. */
  readonly detail?: string;
}

/**
 * Makes an answer for a hook to return: the exchange ends with it, and no backend is asked.
 * A text body gets `text/plain; charset=utf-8` unless `fields` has a Content-Type. Without a body, an error status
 * gets problem details (RFC 9457) as JSON or text, by Accept.
 * @throws GatewayError `invalid_field` for a field that cannot be sent; RangeError for a status outside 200-599.
 */
export function respond(
  status: number,
  fields: FieldsInit = {},
  body?: string | Uint8Array,
  problem: ProblemDetails = {},
): LocalResponse {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new RangeError(`A response status must be a whole number from 200 to 599, not ${status}.`);
  }
  const list = FieldList.from(fields);
  if (typeof body === 'string' && !list.has('content-type'))
    list.append('Content-Type', 'text/plain; charset=utf-8');
  const bytes =
    body === undefined ? undefined : typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
  return new LocalResponse(status, list, bytes, problem.code, problem.detail);
}

/** Returned from onBackendError: try again, with `selectBackend` run anew. */
export class RetryDecision {
  /** Without it a promise would be taken for a decision by the compiler. */
  readonly kind = 'retry';
}

const retryDecision = new RetryDecision();

/** Makes the core try again; only takes effect where `failure.mayRetry` holds. */
export function retry(): RetryDecision {
  return retryDecision;
}

/** Returned from onAccept: the connection is closed before a byte is read. */
export class Refusal {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Refuses a connection; `reason` goes to the log. */
export function refuse(reason: string): Refusal {
  return new Refusal(reason);
}
