import { GatewayError } from '../errors.ts';

/** A request target taken apart (RFC 9112 3.2). */
export interface RequestTarget {
  /** Set for absolute-form and authority-form; overrides Host (RFC 9112 3.2.2). */
  readonly authority: string | undefined;
  /** Set for absolute-form. */
  readonly scheme: 'http' | 'https' | undefined;
  /** Path as sent, percent-encoding untouched; `*` for asterisk-form, empty for authority-form. */
  readonly path: string;
  /** What routes compare: the path as the most tolerant server would read it. */
  readonly routingPath: string;
  /** Query without `?`, as sent; undefined when there is none. */
  readonly query: string | undefined;
}

const brokenEscape = /%(?![0-9a-fA-F]{2})|%00/;
// a segment that is "." or "..", also when encoded or with a path parameter: servers disagree on what it names
const dotSegment = /\/(?:\.|%2e){1,2}(?:$|[/;]|%2f|%5c|%3b)/i;
const encodedSeparatorBeforeDots = /(?:%2f|%5c)(?:\.|%2e){1,2}(?:$|[/;]|%2f|%5c|%3b)/i;
const suspicious = /%|\/[/.]|;/;
const unreserved = /[A-Za-z0-9._~-]/;

function refuse(detail: string): never {
  throw new GatewayError('malformed_target', detail);
}

/**
 * Refuses a path that two servers could read as two different resources; what is routed is then sent unchanged.
 * @throws GatewayError `malformed_target` for broken escapes, `ambiguous_path` for dot segments.
 */
export function checkPath(path: string): void {
  if (brokenEscape.test(path)) refuse('The path has a broken or zero percent-encoding.');
  if (dotSegment.test(path) || encodedSeparatorBeforeDots.test(path))
    throw new GatewayError('ambiguous_path');
}

/**
 * The path as the most tolerant server would read it, so that `/%61dmin`, `//admin`, `/admin;x` and `/admin%2fx` meet
 * the route of `/admin/*`: unreserved characters decoded (RFC 3986 6.2.2.2), encoded slashes and backslashes taken for
 * slashes, slashes merged, parameters left out.
 * @throws GatewayError as checkPath.
 */
function comparablePath(path: string): string {
  checkPath(path);
  const decoded = path.replace(/%([0-9a-fA-F]{2})/g, (escape, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    if (character === '/' || character === '\\') return '/';
    return character === ';' || unreserved.test(character) ? character : escape.toUpperCase();
  });
  return decoded.replace(/;[^/]*/g, '').replace(/\/{2,}/g, '/');
}

function originForm(
  text: string,
  from: number,
  authority?: string,
  scheme?: 'http' | 'https',
): RequestTarget {
  const mark = text.indexOf('?', from);
  const path = mark < 0 ? (from === 0 ? text : text.slice(from)) : text.slice(from, mark);
  const routingPath = suspicious.test(path) ? comparablePath(path) : path;
  return { authority, scheme, path, routingPath, query: mark < 0 ? undefined : text.slice(mark + 1) };
}

function absoluteForm(method: string, text: string): RequestTarget {
  const match = /^(https?):\/\/([^/?]*)/i.exec(text);
  if (match === null) refuse('The request target is neither a path nor an http URI.');
  const authority = match[2]!;
  if (authority === '' || authority.includes('@'))
    refuse('The request target has no host, or has user information.');
  const scheme = match[1]!.toLowerCase() as 'http' | 'https';
  const rest = match[0].length;
  if (rest === text.length) {
    // RFC 9112 3.2.4: OPTIONS for a URI without path means the server as a whole
    const path = method === 'OPTIONS' ? '*' : '/';
    return { authority, scheme, path, routingPath: path, query: undefined };
  }
  if (text.charCodeAt(rest) === 0x3f) {
    return { authority, scheme, path: '/', routingPath: '/', query: text.slice(rest + 1) };
  }
  return originForm(text, rest, authority, scheme);
}

/**
 * Takes a request target apart: origin-form, absolute-form, authority-form (CONNECT) or asterisk-form (OPTIONS).
 * @throws GatewayError `malformed_target` or `ambiguous_path`.
 */
export function parseTarget(method: string, text: string): RequestTarget {
  if (method === 'CONNECT') {
    if (!/^[^/?@]+:(?!0+$)[0-9]{1,5}$/.test(text)) refuse('CONNECT needs host and port.');
    return { authority: text, scheme: undefined, path: '', routingPath: '', query: undefined };
  }
  if (text.charCodeAt(0) === 0x2f) return originForm(text, 0);
  if (text === '*') {
    if (method !== 'OPTIONS') refuse('The target * is for OPTIONS only.');
    return { authority: undefined, scheme: undefined, path: '*', routingPath: '*', query: undefined };
  }
  return absoluteForm(method, text);
}
