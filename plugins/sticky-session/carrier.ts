import { cookieOf, type Exchange } from '../../core/index.ts';
import { clientSchemeOf } from '../forwarded-headers/tokens.ts';
import { cookieNameOf, type Settings } from './options.ts';
import { attributesOf } from './set-cookie.ts';

/** How tickets travel. */
export interface Carrier {
  read(exchange: Exchange): string | undefined;
  /** To be called while there is a response. */
  write(exchange: Exchange, ticket: string): void;
}

function inHeader(name: string): Carrier {
  return {
    read: ({ inbound }) => inbound.fields.get(name),
    write: ({ response }, ticket) => response!.fields.set(name, ticket),
  };
}

function inCookie(settings: Settings): Carrier {
  const name = cookieNameOf(settings);
  const cookie = { ...settings, domain: settings.domain, maxAgeSeconds: settings.maxAgeSeconds };
  const [open, secure] = [attributesOf(cookie, false), attributesOf(cookie, true)];
  const isSecure = (exchange: Exchange): boolean =>
    settings.secure === 'auto' ? clientSchemeOf(exchange) === 'https' : settings.secure;
  return {
    read: ({ inbound }) => cookieOf(inbound.fields, name),
    write: (exchange, ticket) => {
      const attributes = isSecure(exchange) ? secure : open;
      exchange.response!.fields.append('Set-Cookie', `${name}=${ticket}${attributes}`);
    },
  };
}

export function carrierOf(settings: Settings): Carrier {
  return settings.header === undefined ? inCookie(settings) : inHeader(settings.header);
}
