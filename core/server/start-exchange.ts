import { GatewayError } from '../errors.ts';
import { type Authority, readAuthority } from '../message/authority.ts';
import type { RequestHead } from '../message/head.ts';
import type { ServerStream } from '../message/stream.ts';
import { parseTarget, type RequestTarget } from '../message/target.ts';
import { Inbound } from '../pipeline/drafts.ts';
import type { DownstreamConnection } from '../pipeline/exchange.ts';
import { fail } from '../pipeline/failure.ts';
import { beginExchange } from '../pipeline/lifecycle.ts';
import { LiveExchange } from '../pipeline/live-exchange.ts';
import type { Generation } from './generation.ts';

const noTarget: RequestTarget = {
  authority: undefined,
  scheme: undefined,
  path: '',
  routingPath: '',
  query: undefined,
};

/** Host rules of RFC 9112 3.2 and 7230 5.4: exactly one, and an absolute target overrides it. */
function readHost(head: RequestHead, target: RequestTarget): Authority | undefined {
  const { host, isHostRepeated } = head.facts;
  if (isHostRepeated) throw new GatewayError('invalid_host', 'Host is repeated.');
  if (host === undefined && head.minorVersion > 0) throw new GatewayError('invalid_host', 'Host is missing.');
  const ofHost = host === undefined ? undefined : readAuthority(host);
  return target.authority === undefined ? ofHost : readAuthority(target.authority);
}

function readInbound(stream: ServerStream, connection: DownstreamConnection): Inbound {
  const { head, body } = stream;
  const target = parseTarget(head.method, head.target);
  const host = readHost(head, target);
  const authority = target.authority ?? head.facts.host ?? '';
  return new Inbound(head, target, authority, host, connection.isEncrypted, body?.length ?? 0);
}

/** A request head was read: makes an exchange of it, which lives in that generation from now on. */
export function startExchange(
  generation: Generation,
  stream: ServerStream,
  connection: DownstreamConnection,
): LiveExchange {
  let inbound: Inbound;
  try {
    inbound = readInbound(stream, connection);
  } catch (error) {
    return refuse(generation, stream, connection, error as GatewayError);
  }
  generation.activeExchanges++;
  const exchange = new LiveExchange(generation, stream, connection, inbound);
  beginExchange(exchange);
  return exchange;
}

/** The head is well-formed, but target or Host are not: an exchange that ends before it is routed. */
function refuse(
  generation: Generation,
  stream: ServerStream,
  connection: DownstreamConnection,
  error: GatewayError,
): LiveExchange {
  const { head, body } = stream;
  const target = { ...noTarget, path: head.target }; // for the log: it is neither routed nor sent
  const inbound = new Inbound(
    head,
    target,
    head.facts.host ?? '',
    undefined,
    connection.isEncrypted,
    body?.length ?? 0,
  );
  generation.activeExchanges++;
  const exchange = new LiveExchange(generation, stream, connection, inbound);
  fail(exchange, error);
  return exchange;
}
