import type { Attributes } from '@opentelemetry/api';
import type { Exchange, Outcome, RouteInfo } from '../../core/index.ts';
import { ClientAddress, ClientHost, ClientScheme } from '../forwarded-headers/tokens.ts';
import { recordedMethod } from './request-method.ts';
import { serverAddress } from './server-address.ts';

/** What a query is recorded as; undefined where queries are not recorded. */
export type RecordQuery = ((query: string) => string) | undefined;

/** Low in number and readable: the pattern of the path, or the name of a route without one. */
function routeOf(route: RouteInfo | undefined): string | undefined {
  return route?.path ?? route?.name;
}

export function serverSpanName({ inbound, route }: Exchange): string {
  const { inSpanName } = recordedMethod(inbound.method);
  const of = routeOf(route);
  return of === undefined ? inSpanName : `${inSpanName} ${of}`;
}

/** What the client did, as far as the gateway and the trusted proxies in front of it know. */
export function clientAttributes(exchange: Exchange): Attributes {
  const { connection, inbound } = exchange;
  const scheme = exchange.get(ClientScheme) ?? inbound.scheme;
  const server = serverAddress(exchange.get(ClientHost) ?? inbound.authority, scheme);
  return {
    'client.address': exchange.get(ClientAddress) ?? connection.remoteAddress,
    'url.scheme': scheme,
    'server.address': server?.address ?? connection.localAddress,
    'server.port': server?.port ?? connection.localPort,
  };
}

/** Attributes that are known when the span begins, which samplers may ask for. */
export function serverAttributes(exchange: Exchange, recordQuery: RecordQuery): Attributes {
  const { connection, inbound, route } = exchange;
  const method = recordedMethod(inbound.method);
  return {
    'http.request.method': method.name,
    'http.request.method_original': method.original,
    'http.route': routeOf(route),
    'hookway.route': route?.name,
    'url.path': inbound.path === '' ? undefined : inbound.path,
    'url.query': inbound.query === undefined ? undefined : recordQuery?.(inbound.query),
    'network.protocol.version': inbound.httpVersion,
    'network.peer.address': connection.remoteAddress,
    'network.peer.port': connection.remotePort,
    'user_agent.original': inbound.fields.get('user-agent'),
    ...clientAttributes(exchange),
  };
}

/** Value of `error.type`; undefined where the server did what it should, also when it refused or the client left. */
export function serverErrorType(
  status: number | undefined,
  outcome: Outcome | undefined,
): string | undefined {
  const endedBy = outcome?.endedBy;
  if (endedBy !== undefined && endedBy !== 'client') return outcome?.code;
  return status !== undefined && status >= 500 ? String(status) : undefined;
}

/** Attributes that are known when the exchange is over. */
export function serverEndAttributes({ response, outcome, upstream }: Exchange): Attributes {
  return {
    'http.response.status_code': response?.status,
    'hookway.upstream': upstream?.name,
    'hookway.code': outcome?.code,
    'hookway.plugin': outcome?.plugin,
  };
}
