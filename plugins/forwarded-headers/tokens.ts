import { Slot } from '../../core/index.ts';

/** The client's address, canonical and without port: the socket's peer, or what trusted proxies say. */
export const ClientAddress = new Slot<string>('client-address');

/** The scheme that the client used. */
export const ClientScheme = new Slot<'http' | 'https'>('client-scheme');

/** The host, with port if it named one, that the client asked for; empty when it named none. */
export const ClientHost = new Slot<string>('client-host');
