import { isIPv6 } from 'node:net';
import { GatewayError } from '../errors.ts';
import { isHostText } from './characters.ts';
import { remember } from './remember.ts';

/** Host and port of a request target or Host field (RFC 3986 3.2). */
export interface Authority {
  /** Lower case, without port and trailing dot, IPv6 in brackets and shortest: what routes compare. */
  readonly hostname: string;
  /** Undefined when the authority names none. */
  readonly port: number | undefined;
}

const portPattern = /^[0-9]{1,5}$/;

function refuse(text: string): never {
  throw new GatewayError('invalid_host', `The host ${JSON.stringify(text)} is malformed.`);
}

function endOfHost(text: string): number {
  if (text.charCodeAt(0) !== 0x5b) {
    const colon = text.indexOf(':');
    return colon < 0 ? text.length : colon;
  }
  const close = text.indexOf(']');
  const address = text.slice(1, close);
  // RFC 6874 4: a zone has a meaning only on the machine that made it up
  if (close < 0 || address.includes('%') || !isIPv6(address)) refuse(text);
  return close + 1;
}

function parsePort(text: string, from: number): number | undefined {
  if (from === text.length) return undefined;
  const digits = text.slice(from + 1);
  if (text.charCodeAt(from) !== 0x3a) refuse(text);
  if (digits === '') return undefined;
  if (!portPattern.test(digits) || Number(digits) > 65_535) refuse(text);
  return Number(digits);
}

function isRegisteredName(host: string): boolean {
  if (host === '' || !isHostText(host)) return false;
  if (host.charCodeAt(0) === 0x5b) return true;
  // RFC 3986 3.2.2: brackets only around addresses; encoded octets would make one host look like another
  return !host.includes('[') && !host.includes(']') && !host.includes('%');
}

/**
 * Reads `host[:port]`.
 * @throws GatewayError `invalid_host` when it is empty or not what RFC 3986 3.2.2 allows.
 */
export function parseAuthority(text: string): Authority {
  const end = endOfHost(text);
  let hostname = text.slice(0, end);
  if (!isRegisteredName(hostname)) refuse(text);
  const port = parsePort(text, end);
  if (hostname.startsWith('[')) return { hostname: shortest(hostname), port };
  if (hostname.endsWith('.')) hostname = hostname.slice(0, -1);
  // RFC 1034 3.1: no empty labels; who takes `a.example..` for `a.example` would be led past its routes
  if (hostname.startsWith('.') || hostname === '' || hostname.endsWith('.') || hostname.includes('..'))
    refuse(text);
  return { hostname: hostname.toLowerCase(), port };
}

/** One of the many spellings of an IPv6 address (RFC 5952 4). */
function shortest(bracketed: string): string {
  return new URL(`http://${bracketed}`).hostname;
}

const remembered = remember(parseAuthority, 1_000);
let lastText = '';
let lastAuthority: Authority | undefined;

/** As parseAuthority, but remembers recent answers: clients name few hosts, many times. */
export function readAuthority(text: string): Authority {
  if (text === lastText && lastAuthority !== undefined) return lastAuthority;
  const authority = remembered(text);
  lastText = text;
  lastAuthority = authority;
  return authority;
}
