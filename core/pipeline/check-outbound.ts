import { GatewayError } from '../errors.ts';
import { isHostText, isTargetText, isToken } from '../message/characters.ts';
import type { Inbound, Outbound } from './drafts.ts';

function refuse(what: string, value: string): never {
  throw new GatewayError('invalid_field', `A plugin set an invalid ${what}: ${JSON.stringify(value)}.`);
}

/**
 * Refuses what a plugin put into the first line or Host that could break the message apart.
 * @throws GatewayError `invalid_field`.
 */
export function checkOutbound(outbound: Outbound, inbound: Inbound): void {
  const { method, path, query, authority } = outbound;
  for (const [what, value] of Object.entries({ method, path, query, authority })) {
    if (value !== undefined && typeof value !== 'string') refuse(what, String(value));
  }
  if (method === undefined || path === undefined) refuse('method or path', 'undefined');
  if (method !== inbound.method && (!isToken(method) || method === 'CONNECT')) refuse('method', method);
  if (path !== inbound.path && !(path.startsWith('/') && isTargetText(path) && !path.includes('?'))) {
    refuse('path', path);
  }
  if (query !== inbound.query && query !== undefined && query !== '' && !isTargetText(query))
    refuse('query', query);
  if (authority !== undefined && (authority === '' || !isHostText(authority))) refuse('authority', authority);
}
