import type { Exchange, Outcome } from '../../core/index.ts';
import { clientAddressOf } from '../forwarded-headers/tokens.ts';
import { RequestId } from '../request-id/tokens.ts';
import { jsonText } from './escape.ts';
import { type LineFormat, type LineSettings, statusOf, timesOf } from './record.ts';
import { createIsoStamp, milliseconds } from './stamps.ts';

function member(key: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${key}":"${jsonText(value)}"`;
}

function duration(key: string, valueMs: number | undefined): string {
  return valueMs === undefined ? '' : `,"${key}":${milliseconds(valueMs)}`;
}

/** Names that stand in a configuration, written once. */
function namesWriter(): (key: string, name: string | undefined) => string {
  const written = new Map<string, string>();
  return (key, name) => {
    if (name === undefined) return '';
    const known = written.get(name);
    if (known !== undefined) return known;
    const text = member(key, name);
    written.set(name, text);
    return text;
  };
}

function request({ inbound }: Exchange, hasQuery: boolean): string {
  const { method, path, query, authority, httpVersion } = inbound;
  const target = hasQuery && query !== undefined ? `${path}?${query}` : path;
  return `,"method":"${method}","target":"${jsonText(target)}","host":"${jsonText(authority)}","httpVersion":"${httpVersion}"`;
}

function traffic(exchange: Exchange): string {
  const status = statusOf(exchange);
  const counts = `,"bytesReceived":${exchange.bodyBytesReceived},"bytesSent":${exchange.bodyBytesSent}`;
  return status === undefined ? counts : `,"status":${status}${counts}`;
}

function timers({ attempts, timings }: Exchange): string {
  const { queueMs, connectMs, firstByteMs } = timesOf(attempts.at(-1));
  const ofAttempt =
    duration('queueMs', queueMs) + duration('connectMs', connectMs) + duration('firstByteMs', firstByteMs);
  return `,"attempts":${attempts.length}${ofAttempt}${duration('totalMs', timings.completedAtMs - timings.startedAtMs)}`;
}

function ending({ endedBy, phase, code, plugin, hook }: Outcome): string {
  const who = `,"phase":"${phase}"`;
  if (code === undefined && endedBy === undefined) return who;
  return (
    member('endedBy', endedBy) + who + member('code', code) + member('plugin', plugin) + member('hook', hook)
  );
}

/** One JSON object a line: prebuilt, for a logger would spend more on it than the gateway on the request. */
export function createJsonLine({ now, query }: LineSettings): LineFormat {
  const stamp = createIsoStamp();
  const route = namesWriter();
  const upstream = namesWriter();
  const backend = namesWriter();
  return (exchange) => {
    const { inbound, response } = exchange;
    const client = clientAddressOf(exchange);
    return `{"time":"${stamp(now())}","client":"${jsonText(client)}"${request(exchange, query)}${traffic(exchange)}${
      route('route', exchange.route?.name) +
      upstream('upstream', exchange.upstream?.name) +
      backend('backend', exchange.backend?.name) +
      timers(exchange) +
      ending(exchange.outcome!) +
      // what the client was told, to find this line by
      (response?.source === 'gateway' ? member('exchange', exchange.id) : '') +
      member('requestId', exchange.get(RequestId)) +
      member('userAgent', inbound.fields.get('user-agent')) +
      member('referer', inbound.fields.get('referer'))
    }}`;
  };
}
