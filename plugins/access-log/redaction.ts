import { equalsIgnoreCase, formatAddress, networkOf, parseAddress, remember } from '../../core/index.ts';

/** What stands for a value that nobody is to read. */
export const redacted = 'REDACTED';

const mostAddresses = 1_024;

/** Bits of a client's address that are kept. */
export interface KeptBits {
  readonly ipv4Bits: number;
  readonly ipv6Bits: number;
}

/** Cuts an address down to its network; what is no address is left alone. */
export function addressTruncation({ ipv4Bits, ipv6Bits }: KeptBits): (text: string) => string {
  return remember((text) => {
    const address = parseAddress(text);
    if (address === undefined) return text;
    return formatAddress(networkOf(address, address.isV6 ? ipv6Bits : ipv4Bits));
  }, mostAddresses);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}

// some servers part parameters at semicolons: a secret must not slip through behind one
const parameter = /[^&;]+/g;

/** Replaces the values of these query parameters, `*` for all; names are compared decoded and without regard to case. */
export function queryRedaction(names: readonly string[]): (query: string) => string {
  const isEvery = names.includes('*');
  const secret = new Set(names.map((name) => name.toLowerCase()));
  const redact = (whole: string): string => {
    const equals = whole.indexOf('=');
    if (equals < 0) return whole;
    const name = whole.slice(0, equals);
    return isEvery || secret.has(decoded(name).toLowerCase()) ? `${name}=${redacted}` : whole;
  };
  return (query) => query.replace(parameter, redact);
}

/** Applies to the query of a URL; the fragment is left out, for it may hold a query of its own. */
export function inUrl(change: (query: string) => string): (url: string) => string {
  return (url) => {
    const at = url.indexOf('?');
    if (at < 0) return url;
    const end = url.indexOf('#', at);
    return `${url.slice(0, at + 1)}${change(url.slice(at + 1, end < 0 ? undefined : end))}`;
  };
}

/** Leaves the query of a URL out. */
export function withoutQuery(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? url : url.slice(0, at);
}

/** Whether a header field's value is not to be read. */
export function isSecretField(name: string, secret: readonly string[]): boolean {
  return secret.some((each) => equalsIgnoreCase(each, name));
}
