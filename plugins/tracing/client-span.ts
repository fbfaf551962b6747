import { isIP } from 'node:net';
import type { Attributes } from '@opentelemetry/api';
import type { AttemptRecord, Backend, Exchange, Outcome } from '../../core/index.ts';
import { recordedMethod } from './request-method.ts';
import { bareHost } from './server-address.ts';
import type { RecordQuery } from './server-span.ts';

export function clientSpanName({ outbound }: Exchange): string {
  return recordedMethod(outbound.method).inSpanName;
}

function urlOf({ url, authority }: Backend, { outbound }: Exchange, recordQuery: RecordQuery): string {
  const query = outbound.query === undefined ? undefined : recordQuery?.(outbound.query);
  const target = query === undefined ? outbound.path : `${outbound.path}?${query}`;
  return `${url.protocol}//${authority}${target}`;
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

/** Attributes of an attempt before anything is sent. */
export function attemptAttributes(
  exchange: Exchange,
  backend: Backend,
  recordQuery: RecordQuery,
): Attributes {
  const method = recordedMethod(exchange.outbound.method);
  const host = bareHost(backend.url.hostname);
  const port = portOf(backend.url);
  const resends = exchange.attempts.length - 1;
  const isAddress = isIP(host) !== 0;
  return {
    'http.request.method': method.name,
    'http.request.method_original': method.original,
    'http.request.resend_count': resends > 0 ? resends : undefined,
    'server.address': host,
    'server.port': port,
    'url.full': urlOf(backend, exchange, recordQuery),
    'network.peer.address': isAddress ? host : undefined,
    'network.peer.port': isAddress ? port : undefined,
    'hookway.upstream': exchange.upstream?.name,
    'hookway.backend': backend.name,
  };
}

/** Value of `error.type`: a failure, a status from 400 on, or what ended the exchange around it. */
export function attemptErrorType(
  { error, status }: AttemptRecord,
  outcome: Outcome | undefined,
): string | undefined {
  if (error !== undefined) return error.code;
  if (status !== undefined && status >= 400) return String(status);
  return outcome?.endedBy === undefined ? undefined : outcome.code;
}
