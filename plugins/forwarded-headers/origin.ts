import { parseAuthority } from '../../core/index.ts';
import { memberAt, type Origin, readPort, readScheme, Walk, walkForwardedFor } from './chain.ts';
import type { Claims } from './client-fields.ts';
import { walkForwarded } from './forwarded-field.ts';
import type { TrustedPeers } from './trusted-peers.ts';

function readHost(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    parseAuthority(text);
    return text;
  } catch {
    return undefined;
  }
}

/** What X-Forwarded-* of the trusted peer say. */
export function originOfXForwarded(claims: Claims, peer: string, trust: TrustedPeers): Origin {
  const walk = new Walk(trust, peer);
  walkForwardedFor(claims.for ?? '', walk);
  return {
    address: walk.address,
    scheme: readScheme(memberAt(claims.proto, walk.hops)),
    host: readHost(memberAt(claims.host, walk.hops)),
    port: readPort(memberAt(claims.port, walk.hops)),
  };
}

/** What Forwarded of the trusted peer says. */
export function originOfForwarded(claims: Claims, peer: string, trust: TrustedPeers): Origin {
  const walk = new Walk(trust, peer);
  const { proto, host } = walkForwarded(claims.forwarded ?? '', walk);
  return { address: walk.address, scheme: readScheme(proto), host: readHost(host), port: undefined };
}
