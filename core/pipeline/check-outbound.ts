import { GatewayError } from '../errors.ts';
import { isHostText, isTargetText, isToken } from '../message/characters.ts';
import type { Inbound, Outbound } from './drafts.ts';

function refuse(what: string, value: string): never {
  throw new GatewayError('invalid_field', `A plugin set an invalid ${what}: ${JSON.stringify(value)}.`);
}

function requireText(what: string, value: unknown): void {
  if (typeof value !== 'string') refuse(what, String(value));
}

/**
 * Refuses what a plugin put into the first line or Host that could break the message apart.
 * @throws GatewayError `invalid_field`.
 */
export function checkOutbound(outbound: Outbound, inbound: Inbound): void {
  const { method, path, query, authority } = outbound;
  const isUntouched = method === inbound.method && path === inbound.path && query === inbound.query;
  if (isUntouched && authority === undefined) return;
  requireText('method', method);
  requireText('path', path);
  if (query !== undefined) requireText('query', query);
  if (authority !== undefined) requireText('authority', authority);
  if (method !== inbound.method && (!isToken(method) || method === 'CONNECT')) refuse('method', method);
  if (path !== inbound.path && !(path.startsWith('/') && isTargetText(path) && !path.includes('?'))) {
    refuse('path', path);
  }
  if (query !== inbound.query && query !== undefined && query !== '' && !isTargetText(query))
    refuse('query', query);
  if (authority !== undefined && (authority === '' || !isHostText(authority))) refuse('authority', authority);
}
