import { FieldBlock, formatAddress, ownText, parseAddress, remember } from '../../core/index.ts';
import { type Family, fieldsOf, portOf } from './client-fields.ts';
import { forwardedElement } from './forwarded-field.ts';
import { nodeOf } from './node.ts';
import type { TrustedPeers } from './trusted-peers.ts';

/** Longer ones are not kept, as there are thousands of peers that may make them up. */
const longestHost = 256;

/** The other end of a connection. */
export class Peer {
  /** Canonical; `unknown` when the socket could not tell (RFC 7239 6.2). */
  readonly address: string;
  readonly isTrusted: boolean;
  /** As Forwarded writes it. */
  readonly node: string;
  readonly #families: ReadonlySet<Family>;
  #scheme: string | undefined;
  #host = '';
  #fields = FieldBlock.from([]);

  constructor(remoteAddress: string, trust: TrustedPeers, families: ReadonlySet<Family>) {
    const address = parseAddress(remoteAddress);
    this.address = address === undefined ? 'unknown' : formatAddress(address);
    this.isTrusted = address !== undefined && trust.has(address);
    this.node = nodeOf(this.address);
    this.#families = families;
  }

  /** The fields that tell of this peer as the client: made anew only when it asks for another host. */
  fieldsFor(scheme: 'http' | 'https', host: string): FieldBlock {
    if (scheme === this.#scheme && host === this.#host) return this.#fields;
    const { address } = this;
    const elements = forwardedElement(this.node, host, scheme);
    const port = portOf(host, scheme);
    const fields = fieldsOf(this.#families, { chain: address, elements, address, scheme, host, port });
    const block = FieldBlock.from(fields);
    if (host.length > longestHost) return block;
    this.#scheme = scheme;
    this.#host = ownText(host);
    return (this.#fields = block);
  }
}

const rememberAtMost = 4_096;

/** Peers by the address of their socket, the trust in them decided. */
export function createPeers(
  trust: TrustedPeers,
  families: ReadonlySet<Family>,
): (remoteAddress: string) => Peer {
  return remember((remoteAddress) => new Peer(remoteAddress, trust, families), rememberAtMost);
}
