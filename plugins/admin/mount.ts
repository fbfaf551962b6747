import {
  type Exchange,
  GatewayError,
  type LocalResponse,
  type PluginHost,
  respond,
} from '../../core/index.ts';
import { clientAddressOf, clientHostOf } from '../forwarded-headers/tokens.ts';
import { createAddressCheck } from './addresses.ts';
import { type ApiAnswer, ApiProblem, type ApiRequest } from './message.ts';
import type { MountOptions } from './options.ts';

/** What proxies add: who sends them is not the client. */
const proxyFields = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

async function readBody({ outbound }: Exchange, maxBytes: number): Promise<Buffer> {
  try {
    return await outbound.body.buffer(maxBytes);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'body_limit_exceeded') throw error;
    throw new ApiProblem(413, 'body_too_large', `The body is longer than ${maxBytes} bytes.`);
  }
}

function requestOf(exchange: Exchange, base: string): ApiRequest {
  const { method, routingPath, query = '', fields } = exchange.inbound;
  return {
    method,
    path: routingPath.slice(base.length) || '/',
    query,
    base,
    authority: clientHostOf(exchange),
    client: clientAddressOf(exchange),
    field: (name) => fields.get(name),
    readBody: (maxBytes) => readBody(exchange, maxBytes),
  };
}

function responseOf({ status, fields, body }: ApiAnswer): LocalResponse {
  return respond(status, fields, body);
}

/** Whether a proxy stands before the gateway whose word about the client is not taken. */
function isFromUnknownProxy(exchange: Exchange): boolean {
  const { connection, inbound } = exchange;
  if (clientAddressOf(exchange) !== connection.remoteAddress) return false;
  return proxyFields.some((name) => inbound.fields.has(name));
}

function refuse(exchange: Exchange, isAllowed: (address: string) => boolean): ApiProblem | undefined {
  const client = clientAddressOf(exchange);
  if (!isAllowed(client))
    return new ApiProblem(403, 'address_denied', `This is not for clients at ${client}.`);
  if (!isFromUnknownProxy(exchange)) return undefined;
  const detail = 'A proxy that is not trusted has sent this, so that nobody knows who asks.';
  return new ApiProblem(403, 'unknown_client', detail);
}

/** Answers requests for a path of the gateway's own listeners. */
export function mountAt(
  { hooks }: PluginHost,
  { path, allow }: MountOptions,
  answer: (request: ApiRequest) => Promise<ApiAnswer>,
): void {
  const isAllowed = createAddressCheck(allow);
  const below = `${path}/`;
  hooks.onRequest.tapPromise((exchange) => {
    const { routingPath } = exchange.inbound;
    if (routingPath !== path && !routingPath.startsWith(below)) return undefined;
    const problem = refuse(exchange, isAllowed);
    if (problem !== undefined) return Promise.resolve(responseOf(problem.answer));
    return answer(requestOf(exchange, path)).then(responseOf);
  });
}
