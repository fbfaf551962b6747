import { FieldBlock } from '../../core/index.ts';
import { formatAddress, parseAddress } from './address.ts';
import { type Family, fieldsOf, portOf } from './client-fields.ts';
import { forwardedElement, nodeOf } from './forwarded-field.ts';
import type { TrustedPeers } from './trusted-peers.ts';

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
    const zone = remoteAddress.indexOf('%'); // of a link-local address (RFC 4007 11)
    const address = parseAddress(zone < 0 ? remoteAddress : remoteAddress.slice(0, zone));
    this.address = address === undefined ? 'unknown' : formatAddress(address);
    this.isTrusted = address !== undefined && trust.has(address);
    this.node = nodeOf(this.address);
    this.#families = families;
  }

  /** The fields that tell of this peer as the client: made anew only when it asks for another host. */
  fieldsFor(scheme: 'http' | 'https', host: string): FieldBlock {
    if (scheme === this.#scheme && host === this.#host) return this.#fields;
    this.#scheme = scheme;
    this.#host = host;
    const { address } = this;
    const elements = forwardedElement(this.node, host, scheme);
    const port = portOf(host, scheme);
    const fields = fieldsOf(this.#families, { chain: address, elements, address, scheme, host, port });
    this.#fields = FieldBlock.from(fields);
    return this.#fields;
  }
}

/** Remembers peers by the address of their socket, the trust in them decided. */
export class Peers {
  readonly #known = new Map<string, Peer>();
  readonly #trust: TrustedPeers;
  readonly #families: ReadonlySet<Family>;
  readonly #rememberAtMost: number;

  constructor(trust: TrustedPeers, families: ReadonlySet<Family>, rememberAtMost = 4_096) {
    this.#trust = trust;
    this.#families = families;
    this.#rememberAtMost = rememberAtMost;
  }

  get(remoteAddress: string): Peer {
    const known = this.#known.get(remoteAddress);
    if (known !== undefined) return known;
    if (this.#known.size >= this.#rememberAtMost) this.#known.clear();
    const peer = new Peer(remoteAddress, this.#trust, this.#families);
    this.#known.set(remoteAddress, peer);
    return peer;
  }
}
