import { isFieldValue } from '../message/characters.ts';
import type { Response } from './drafts.ts';

/** Whether status and reason, which plugins may set, can stand in a status line (RFC 9112 4). */
export function isSendable({ status, reason, source }: Response): boolean {
  const highest = source === 'backend' ? 999 : 599;
  if (!Number.isInteger(status) || (status < 200 && status !== 101) || status > highest) return false;
  return typeof reason === 'string' && isFieldValue(reason);
}

/** As isSendable, for a response that is no tunnel: a client takes 2xx to CONNECT for one (RFC 9110 9.3.6). */
export function isRelayable(response: Response, method: string): boolean {
  return isSendable(response) && (method !== 'CONNECT' || response.status >= 300);
}
