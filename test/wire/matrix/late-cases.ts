import { isInterim, readAs, type ReadMessage } from '../../support/lenient-reader.ts';
import { strict } from '../../support/readings.ts';
import { mayLeaveHttp } from './hostile-backend.ts';
import { poison, type ResponseCase, responseCases } from './response-cases.ts';

/** A whole response, and what comes behind it as a segment of its own. */
export interface LateCase extends ResponseCase {
  readonly tail: string;
}

const tolerant = { ...strict, chunkExtension: 'ignored' } as const;

/** Segments that nobody asked for. */
const tails: readonly string[] = [
  poison,
  poison + poison,
  'HTTP/1.1 200 OK\r\nX-Poison: ',
  'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nPOI',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nPOISON\r\n',
  'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: </poison>\r\n\r\n',
  `HTTP/1.1 100 Continue\r\n\r\n${poison}`,
  'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n',
  'H',
  '\r\n',
  '0\r\n\r\n',
  'POISON',
  '\0',
];

function firstFinal({ bytes, method }: ResponseCase): ReadMessage | undefined {
  return readAs(bytes, tolerant, [method]).messages.find((message) => !isInterim(message));
}

/** True when its end is known before the connection ends. */
function endsByItself({ isWhole, fields, first }: ReadMessage, method: string): boolean {
  if (!isWhole) return false;
  const isBodiless = method === 'HEAD' || / (?:204|304)(?!\d)/.test(first);
  return isBodiless || fields.some((field) => /^(?:content-length|transfer-encoding):/.test(field));
}

/** The whole responses of the matrix, each with what stood behind it there and with two of the segments. */
export function lateCases(): LateCase[] {
  const cases = new Map<string, LateCase>();
  for (const each of responseCases().filter((one) => !mayLeaveHttp(one))) {
    const final = firstFinal(each);
    if (final === undefined || !endsByItself(final, each.method)) continue;
    const bytes = each.bytes.slice(0, final.end);
    const { size } = cases;
    for (const tail of [
      each.bytes.slice(final.end),
      tails[size % tails.length]!,
      tails[(size + 5) % tails.length]!,
    ])
      if (tail !== '') cases.set(`${each.method} ${bytes} ${tail}`, { ...each, id: '', bytes, tail });
  }
  return [...cases.values()].map((each, i) => ({ ...each, id: String(i) }));
}

/** True when the bytes are the one response that was asked for, with nothing behind it. */
export function isOneResponse(bytes: string): boolean {
  const { messages, refusal } = readAs(bytes, tolerant, ['GET', 'GET']);
  const finals = messages.filter((message) => !isInterim(message));
  return refusal === undefined && finals.length === 1 && finals[0]!.end === bytes.length;
}
