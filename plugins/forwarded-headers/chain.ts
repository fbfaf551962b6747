import { type Address, formatAddress, parseAddress } from '../../core/index.ts';
import { parseNode } from './node.ts';
import type { TrustedPeers } from './trusted-peers.ts';

/** What the trusted proxies in front say about the client. */
export interface Origin {
  readonly address: string;
  /** Undefined where they say nothing valid. */
  readonly scheme: 'http' | 'https' | undefined;
  readonly host: string | undefined;
  readonly port: string | undefined;
}

/** One step of a walk to the left: the address there, and whether the next one may be believed. */
export class Walk {
  readonly #trust: TrustedPeers;
  #address: Address | undefined;
  readonly #peer: string;
  /** Members that were believed. */
  hops = 0;
  /** Nothing further to the left may be believed. */
  isOver = false;

  constructor(trust: TrustedPeers, peer: string) {
    this.#trust = trust;
    this.#peer = peer;
  }

  /** Takes the next address to the left; undefined, for one that is hidden or malformed, ends the walk. */
  step(address: Address | undefined): void {
    if (address !== undefined) {
      this.#address = address;
      this.hops++;
    }
    this.isOver = address === undefined || !this.#trust.has(address);
  }

  /** The leftmost address that was believed; that of the peer when there was none. */
  get address(): string {
    return this.#address === undefined ? this.#peer : formatAddress(this.#address);
  }
}

/** Walks X-Forwarded-For from the right, past trusted hops. */
export function walkForwardedFor(list: string, walk: Walk): void {
  let end = list.length;
  while (end > 0 && !walk.isOver) {
    const comma = list.lastIndexOf(',', end - 1);
    const member = list.slice(comma + 1, end).trim();
    // RFC 9110 5.6.1: empty members do not count
    if (member !== '') walk.step(parseAddress(member) ?? parseNode(member));
    end = comma;
  }
}

/** The member that the hop wrote which saw the client: that many from the right, the first of a shorter list. */
export function memberAt(list: string | undefined, hops: number): string | undefined {
  if (list === undefined || !list.includes(',')) return list;
  const members = list.split(',');
  return members[Math.max(0, members.length - Math.max(1, hops))]!.trim();
}

/** `ws` and `wss` are what some proxies say of WebSocket requests. */
export function readScheme(text: string | undefined): Origin['scheme'] {
  const scheme = text?.toLowerCase();
  if (scheme === 'http' || scheme === 'ws') return 'http';
  return scheme === 'https' || scheme === 'wss' ? 'https' : undefined;
}

export function readPort(text: string | undefined): string | undefined {
  return text !== undefined && /^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= 65_535 ? text : undefined;
}
