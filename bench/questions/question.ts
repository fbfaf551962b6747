import type { Report } from '../report.ts';
import type { Entrant, Session } from '../session.ts';
import type { Peer } from '../peers/peer.ts';

export interface Question {
  readonly name: string;
  readonly run: (session: Session) => Promise<Report[]>;
}

export function inDefaultVariant(peers: readonly Peer[]): Entrant[] {
  return peers.map((peer) => ({ label: peer.name, peer, variant: 'default' }));
}
