import { cookieOf, type Exchange } from '../../core/index.ts';
import { clientAddressOf } from '../forwarded-headers/tokens.ts';

/** What of an exchange decides where it goes; undefined or empty: nothing does. */
export type KeyOf = (exchange: Exchange) => string | undefined;

/** What the key is taken from. */
export type KeySource =
  | 'client-address'
  | 'path'
  | { readonly header: string }
  | { readonly cookie: string }
  | KeyOf;

function checked(keyOf: KeyOf): KeyOf {
  return (exchange) => {
    const key: unknown = keyOf(exchange);
    if (key === undefined || typeof key === 'string') return key;
    const kind = key === null ? 'null' : typeof key === 'object' ? 'an object' : `a ${typeof key}`;
    throw new TypeError(`The function hash.by gave ${kind}, not a string or undefined.`);
  };
}

export function keyFrom(source: KeySource): KeyOf {
  if (typeof source === 'function') return checked(source);
  if (source === 'path') return ({ inbound }) => inbound.path;
  if (source === 'client-address') return clientAddressOf;
  if ('header' in source) return ({ inbound }) => inbound.fields.get(source.header);
  return ({ inbound }) => cookieOf(inbound.fields, source.cookie);
}
