import { createHash } from 'node:crypto';
import { cookiesOf, type Exchange } from '../../core/index.ts';
import { clientAddressOf } from '../forwarded-headers/tokens.ts';
import { createClientKeys } from './client-keys.ts';

/** Whose request it is; undefined for nobody's, which is not limited. */
export type KeyFunction = (exchange: Exchange) => string | undefined;

/** One thing that requests are told apart by. */
export type KeyPart =
  | 'client'
  | 'route'
  | { readonly header: string }
  | { readonly cookie: string }
  | KeyFunction;

const longestKey = 64;

/** What clients choose may be long, and is kept for each of them. */
function short(text: string): string {
  return text.length <= longestKey ? text : createHash('sha256').update(text).digest('base64');
}

function routeKey({ route }: Exchange): string {
  return route === undefined ? '' : (route.name ?? `\n${route.upstream.name}`);
}

// no field value has a line feed: nobody can pass for a client without a value
const orClient =
  (read: KeyFunction, client: KeyFunction): KeyFunction =>
  (exchange) => {
    const value = read(exchange);
    return value === undefined || value === '' ? `\n${client(exchange)}` : short(value);
  };

/** What is sent twice could name anybody here and somebody else behind: it names nobody. */
function onlyOne(values: readonly string[]): string | undefined {
  return values.length === 1 ? values[0] : undefined;
}

function readerOf(part: KeyPart, client: KeyFunction): KeyFunction {
  if (part === 'client') return client;
  if (part === 'route') return routeKey;
  if (typeof part === 'function') {
    return (exchange) => {
      const key = part(exchange);
      return key === undefined ? undefined : short(key);
    };
  }
  if ('header' in part) {
    const { header } = part;
    return orClient(({ inbound }) => onlyOne(inbound.fields.getAll(header)), client);
  }
  const { cookie } = part;
  return orClient(({ inbound }) => onlyOne(cookiesOf(inbound.fields, cookie)), client);
}

function joined(readers: readonly KeyFunction[]): KeyFunction {
  return (exchange) => {
    const parts: string[] = [];
    for (const read of readers) {
      const part = read(exchange);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return parts.join('\n\n');
  };
}

/** Makes the function that gives a request its key, of one part or of several together. */
export function createKey(key: KeyPart | readonly KeyPart[], ipv6Prefix: number): KeyFunction {
  const keyOf = createClientKeys(ipv6Prefix);
  const client = (exchange: Exchange): string => keyOf(clientAddressOf(exchange));
  const parts = (Array.isArray(key) ? key : [key]) as readonly KeyPart[];
  const readers = parts.map((part) => readerOf(part, client));
  return readers.length === 1 ? readers[0]! : joined(readers);
}
