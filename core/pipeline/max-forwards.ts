import type { LiveExchange } from './live-exchange.ts';
import { type LocalResponse, respond } from './local-response.ts';

/** The most that is counted; more is written as this. */
const maxSupported = 65_535;

const exhausted = { code: 'not_forwarded', detail: 'Max-Forwards is 0: the request ends here.' };

/**
 * Counts Max-Forwards of OPTIONS and TRACE down (RFC 9110 7.6.2); at zero, the answer of the gateway as the one that
 * the request is for.
 */
export function limitForwarding(exchange: LiveExchange): LocalResponse | undefined {
  const { method, fields } = exchange.inbound;
  if (method !== 'OPTIONS' && method !== 'TRACE') return undefined;
  const value = fields.get('max-forwards');
  if (value === undefined || !/^[0-9]+$/.test(value)) return undefined;
  const remaining = Number(value);
  if (remaining > 0) {
    exchange.outbound.fields.set('Max-Forwards', String(Math.min(remaining - 1, maxSupported)));
    return undefined;
  }
  exchange.runningPlugin = undefined; // it is nobody's answer but the gateway's
  exchange.runningHook = undefined;
  return method === 'OPTIONS'
    ? respond(200, {}, undefined, exhausted)
    : respond(501, {}, undefined, exhausted);
}
