import { clientAddressOf } from '../forwarded-headers/tokens.ts';
import { combinedText } from './escape.ts';
import { type LineFormat, type LineSettings, statusOf } from './record.ts';
import { createCommonStamp } from './stamps.ts';

/** Apache's combined format: `%h - - %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`. */
export function createCombinedLine({ now, query }: LineSettings): LineFormat {
  const stamp = createCommonStamp();
  return (exchange) => {
    const { inbound, bodyBytesSent } = exchange;
    const client = clientAddressOf(exchange);
    const target = query ? inbound.target : inbound.path;
    const request = `${inbound.method} ${combinedText(target)} HTTP/${inbound.httpVersion}`;
    const answer = `${statusOf(exchange) ?? '-'} ${bodyBytesSent === 0 ? '-' : bodyBytesSent}`;
    const referer = combinedText(inbound.fields.get('referer'));
    const userAgent = combinedText(inbound.fields.get('user-agent'));
    return `${combinedText(client)} - - [${stamp(now())}] "${request}" ${answer} "${referer}" "${userAgent}"`;
  };
}
