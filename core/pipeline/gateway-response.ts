import type { GatewayError } from '../errors.ts';
import { FieldList } from '../message/field-list.ts';
import { type Problem, problemJson, problemText } from '../message/problem.ts';
import { reasonPhrase } from '../message/status.ts';
import { prefersText } from './accept.ts';
import { Response } from './drafts.ts';
import type { LiveExchange } from './live-exchange.ts';
import type { LocalResponse } from './local-response.ts';

function draft(
  exchange: LiveExchange,
  status: number,
  fields: FieldList,
  body: Buffer | undefined,
): Response {
  return new Response(
    'gateway',
    status,
    reasonPhrase(status),
    fields,
    fields.has('date'),
    undefined,
    body,
    exchange,
  );
}

function problemResponse(exchange: LiveExchange, problem: Problem, fields: FieldList): Response {
  const isText = prefersText(exchange.inbound.fields.get('accept'));
  fields.set('Content-Type', isText ? 'text/plain; charset=utf-8' : 'application/problem+json');
  return draft(
    exchange,
    problem.status,
    fields,
    Buffer.from(isText ? problemText(problem) : problemJson(problem)),
  );
}

/** The answer to a failure: problem details by Accept (RFC 9457). */
export function errorResponse(exchange: LiveExchange, error: GatewayError): Response {
  if (error.fault === 'client' && error.status !== 404) exchange.stream.closeAfterResponse();
  const { status, code } = error;
  // what a plugin or the gateway itself did wrong is for the log, not for the client
  const detail = error.fault === 'plugin' ? 'A plugin failed.' : error.message;
  return problemResponse(exchange, { status, code, detail, exchange: exchange.id }, new FieldList());
}

/** The answer that a plugin gave. */
export function localResponse(exchange: LiveExchange, answer: LocalResponse): Response {
  const { status, body, code = 'local_response', detail = reasonPhrase(status) } = answer;
  const fields = answer.fields.clone();
  if (body !== undefined || status < 400) return draft(exchange, status, fields, body);
  return problemResponse(exchange, { status, code, detail, exchange: exchange.id }, fields);
}
