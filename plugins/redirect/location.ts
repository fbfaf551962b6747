import { joinParts, parseTemplate, type TemplatePart } from '../../core/index.ts';

/** The URL that a client asked for. */
export interface Asked {
  readonly scheme: 'http' | 'https';
  /** Host with port, valid; empty when the client named none. */
  readonly host: string;
  readonly path: string;
  readonly query: string | undefined;
}

/** Where to go instead; undefined when the client is there already or has not said where it is. */
export type Location = (asked: Asked) => string | undefined;

function hostnameOf(host: string): string {
  return host.replace(/:[0-9]*$/, '');
}

/** `//host` would name a host; what is no path, as for OPTIONS * and CONNECT, is the root. */
function pathOf({ path }: Asked): string {
  return path.startsWith('/') ? path.replace(/^\/{2,}/, '/') : '/';
}

function targetOf(asked: Asked): string {
  return asked.query === undefined ? pathOf(asked) : `${pathOf(asked)}?${asked.query}`;
}

const values: ReadonlyMap<string, (asked: Asked) => string> = new Map([
  ['scheme', ({ scheme }: Asked) => scheme],
  ['host', ({ host }: Asked) => host],
  ['hostname', ({ host }: Asked) => hostnameOf(host)],
  ['path', pathOf],
  ['query', ({ query }: Asked) => query ?? ''],
  ['target', targetOf],
]);

const ofHost = new Set(['host', 'hostname']);
const beginningWithSlash = new Set(['path', 'target']);

function valueOf(name: string): (asked: Asked) => string {
  const value = values.get(name);
  if (value !== undefined) return value;
  const known = [...values.keys()].map((each) => `{${each}}`).join(', ');
  throw new Error(`{${name}} is not known; known are ${known}`);
}

const noPlace = 'must begin with "/", {path}, {target}, "https://" or "http://"';

function beginsPath(part: TemplatePart | undefined): boolean {
  if (part === undefined) return true;
  return typeof part === 'string' ? part.startsWith('/') : beginningWithSlash.has(part.name);
}

/** Refuses a host of which the path or the query could become a part. */
function checkHost(parts: readonly TemplatePart[]): void {
  let rest = [...parts];
  let host = '';
  for (const part of parts) {
    if (beginsPath(part)) break;
    if (typeof part === 'string') {
      const slash = part.indexOf('/');
      host += slash < 0 ? part : part.slice(0, slash);
      rest = slash < 0 ? rest.slice(1) : [];
      if (slash >= 0) break;
    } else {
      if (!ofHost.has(part.name))
        throw new Error(`{${part.name}} cannot be a part of the host; put "/" before it`);
      host += part.name === 'host' ? '{' : 'h';
      rest = rest.slice(1);
    }
  }
  if (host.includes('{:')) throw new Error('{host} has a port of its own; use {hostname}');
  if (!/^[\w.[\]:{-]+$/.test(host)) throw new Error('has no valid host');
}

/** The parts behind `scheme://`; undefined for a path. */
function behindScheme(parts: readonly TemplatePart[]): readonly TemplatePart[] | undefined {
  const [first, ...rest] = parts;
  const match = typeof first === 'string' ? /^https?:\/\//.exec(first) : null;
  if (match === null) return undefined;
  const text = (first as string).slice(match[0].length);
  return text === '' ? rest : [text, ...rest];
}

function checkText(text: string): void {
  if (!/^[\x21-\x7e]*$/.test(text) || text.includes('\\'))
    throw new Error('has a character that cannot stand in a URL; percent-encode it');
}

/**
 * Reads a template of a URL or a path.
 * @throws Error for one that could lead to a host that neither the configuration nor the client's Host names.
 */
export function compileLocation(template: string): Location {
  const parts = parseTemplate(template);
  for (const part of parts) if (typeof part === 'string') checkText(part);
  const write = joinParts<Asked>(parts, valueOf);
  const authority = behindScheme(parts);
  if (authority !== undefined) {
    checkHost(authority);
    const needsHost = parts.some((part) => typeof part !== 'string' && ofHost.has(part.name));
    return (asked) => {
      if (needsHost && asked.host === '') return undefined;
      const location = write(asked);
      return isThere(location, asked) ? undefined : location;
    };
  }
  if (parts.length === 0 || !beginsPath(parts[0])) throw new Error(noPlace);
  if (template.startsWith('//'))
    throw new Error('must begin with one "/", or with "https://" for another host');
  return (asked) => {
    const location = write(asked).replace(/^\/{2,}/, '/');
    return location === targetOf(asked) ? undefined : location;
  };
}

/** Scheme and host as they are compared: the port of the scheme is the same as none. */
function comparable(site: string): string {
  return site.toLowerCase().replace(/^(http:.*):80$|^(https:.*):443$/, '$1$2');
}

function isThere(location: string, { scheme, host, path, query }: Asked): boolean {
  const end = location.indexOf('/', scheme.length + 3);
  const site = end < 0 ? location : location.slice(0, end);
  if (comparable(site) !== comparable(`${scheme}://${host}`)) return false;
  const rest = end < 0 ? '/' : location.slice(end);
  return rest === (query === undefined ? path : `${path}?${query}`);
}

/** The same URL over https. */
export function httpsLocation(port: number): Location {
  const suffix = port === 443 ? '' : `:${port}`;
  return (asked) => {
    if (asked.scheme === 'https' || asked.host === '') return undefined;
    return `https://${hostnameOf(asked.host)}${suffix}${targetOf(asked)}`;
  };
}
