import { type Exchange, Slot } from '../../core/index.ts';

/** The client's address, canonical and without port: the socket's peer, or what trusted proxies say. */
export const ClientAddress = new Slot<string>('client-address');

/** The scheme that the client used. */
export const ClientScheme = new Slot<'http' | 'https'>('client-scheme');

/** The host, with port if it named one, that the client asked for; empty when it named none. */
export const ClientHost = new Slot<string>('client-host');

/** The client's address, also where this plugin is not listed: then that of the socket's peer. */
export function clientAddressOf(exchange: Exchange): string {
  return exchange.get(ClientAddress) ?? exchange.connection.remoteAddress;
}

/** The scheme that the client used, also where this plugin is not listed: then the connection's. */
export function clientSchemeOf(exchange: Exchange): 'http' | 'https' {
  return exchange.get(ClientScheme) ?? exchange.inbound.scheme;
}

/** The host that the client asked for, also where this plugin is not listed: then the request's. */
export function clientHostOf(exchange: Exchange): string {
  return exchange.get(ClientHost) ?? exchange.inbound.authority;
}
