import type { Exchange } from '../../core/index.ts';
import { Claims, type Family, fieldsOf, foreignFields, portOf, strip } from './client-fields.ts';
import { forwardedElement } from './forwarded-field.ts';
import { nodeOf } from './node.ts';
import { originOfForwarded, originOfXForwarded } from './origin.ts';
import type { Peer } from './peers.ts';
import { ClientAddress, ClientHost, ClientScheme } from './tokens.ts';
import type { TrustedPeers } from './trusted-peers.ts';

export type Source = 'x-forwarded' | 'forwarded';

/** Tells backends, in the fields, and plugins, in the slots, where an exchange comes from. */
export type Relay = (exchange: Exchange, peer: Peer) => void;

function behind(list: string | undefined, member: string): string {
  return list === undefined || list === '' ? member : `${list}, ${member}`;
}

function tell(exchange: Exchange, address: string, scheme: 'http' | 'https', host: string): void {
  exchange.set(ClientAddress, address);
  exchange.set(ClientScheme, scheme);
  exchange.set(ClientHost, host);
}

/** For a peer that speaks for itself only. */
export function createPeerRelay(): Relay {
  const every = foreignFields([]);
  return (exchange, peer) => {
    const { scheme, authority } = exchange.inbound;
    const { fields } = exchange.outbound;
    strip(fields, every);
    fields.appendBlock(peer.fieldsFor(scheme, authority));
    tell(exchange, peer.address, scheme, authority);
  };
}

/** For a trusted peer: what it says in `source` is passed on and added to; nothing else of the kind is. */
export function createTrustedRelay(
  source: Source,
  families: ReadonlySet<Family>,
  trust: TrustedPeers,
): Relay {
  // what is written below needs no removal before
  const isKept = (family: Family): boolean => family === source || family !== 'x-forwarded';
  const foreign = foreignFields([...families].filter(isKept));
  const readOrigin = source === 'forwarded' ? originOfForwarded : originOfXForwarded;
  return (exchange, peer) => {
    const { inbound, outbound } = exchange;
    const claims = new Claims(inbound.fields);
    const origin = readOrigin(claims, peer.address, trust);
    const { address, scheme = inbound.scheme, host = inbound.authority } = origin;
    // the list that was believed goes on; the other one begins with the client
    const isX = source === 'x-forwarded';
    const chain = isX ? behind(claims.for, peer.address) : address;
    const elements = isX
      ? forwardedElement(nodeOf(address), host, scheme)
      : behind(claims.forwarded, forwardedElement(peer.node, inbound.authority, inbound.scheme));
    const port = origin.port ?? portOf(host, scheme);
    const fields = fieldsOf(families, { chain, elements, address, scheme, host, port });
    strip(outbound.fields, foreign);
    if (host === '') outbound.fields.delete('X-Forwarded-Host');
    for (const [name, value] of fields) outbound.fields.set(name, value);
    tell(exchange, address, scheme, host);
  };
}
