import type { Walk } from './chain.ts';
import { parseNode } from './node.ts';

/** The parameters of one element of Forwarded that are read here. */
interface Element {
  readonly for: string | undefined;
  readonly proto: string | undefined;
  readonly host: string | undefined;
}

const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
// RFC 7239 4: token "=" ( token / quoted-string )
const pair = /[ \t]*([!#$%&'*+.^_`|~\w-]+)=(?:([!#$%&'*+.^_`|~\w-]+)|"((?:[^"\\]|\\.)*)")[ \t]*(?:;|$)/y;

/** Place of the quote that opens what is closed at `close`; -1 when there is none. */
function openingQuote(text: string, close: number): number {
  for (let at = close - 1; at >= 0; at--) {
    if (text.charCodeAt(at) !== QUOTE) continue;
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at;
    at -= backslashes;
  }
  return -1;
}

/**
 * Start of the element that ends at `end`. It is found from the right, so that an open quote that a client sent
 * cannot swallow what a trusted hop appended; -1 when a quote has no partner.
 */
function startOfElement(text: string, end: number): number {
  for (let at = end - 1; at >= 0; at--) {
    const code = text.charCodeAt(at);
    if (code === COMMA) return at + 1;
    if (code === QUOTE) at = openingQuote(text, at);
    if (at < 0) return -1;
  }
  return 0;
}

/** Undefined when the element is malformed. */
function parseElement(text: string): Element | undefined {
  const found: Record<string, string> = {};
  pair.lastIndex = 0;
  while (pair.lastIndex < text.length) {
    const match = pair.exec(text);
    if (match === null) return undefined;
    const name = match[1]!.toLowerCase();
    if (Object.hasOwn(found, name)) return undefined; // RFC 7239 4: once each
    found[name] = match[2] ?? match[3]!.replace(/\\(.)/g, '$1');
  }
  return { for: found['for'], proto: found['proto'], host: found['host'] };
}

/** What the believed elements of Forwarded say of the client's request. */
export interface ForwardedClaims {
  readonly proto: string | undefined;
  readonly host: string | undefined;
}

/** Walks Forwarded from the right, past trusted hops (RFC 7239). */
export function walkForwarded(list: string, walk: Walk): ForwardedClaims {
  let proto: string | undefined;
  let host: string | undefined;
  let end = list.length;
  while (end > 0 && !walk.isOver) {
    const start = startOfElement(list, end);
    const text = start < 0 ? undefined : list.slice(start, end).trim();
    end = start - 1;
    if (text === '') continue;
    const element = text === undefined ? undefined : parseElement(text);
    walk.step(element?.for === undefined ? undefined : parseNode(element.for));
    // what the hop nearest to the client says counts
    proto = element?.proto ?? proto;
    host = element?.host ?? host;
  }
  return { proto, host };
}

/** One element. The host is quoted because it may have a port; what may stand in a host needs no escaping. */
export function forwardedElement(node: string, host: string, scheme: string): string {
  return host === '' ? `for=${node};proto=${scheme}` : `for=${node};host="${host}";proto=${scheme}`;
}
