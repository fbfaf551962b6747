import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchOptions } from './arguments.ts';
import { startOrigin, type Origin } from './origin.ts';
import { namedPeers } from './peers/index.ts';
import type { Peer, RunningProxy, Variant } from './peers/peer.ts';
import { findFreePort } from './ports.ts';

/** A peer in one question: the same peer may enter twice, in two variants. */
export interface Entrant {
  readonly label: string;
  readonly peer: Peer;
  readonly variant: Variant;
}

export interface EnteredProxy extends RunningProxy {
  readonly port: number;
}

export interface Session {
  readonly options: BenchOptions;
  readonly origin: Origin;
  readonly directory: string;
  readonly enter: (entrant: Entrant) => Promise<EnteredProxy>;
  readonly close: () => Promise<void>;
}

export async function openSession(options: BenchOptions): Promise<Session> {
  const directory = mkdtempSync(join(tmpdir(), 'hookway-bench-'));
  const removeDirectory = (): void => rmSync(directory, { recursive: true, force: true });
  process.once('exit', removeDirectory);
  const origin = await startOrigin(directory);
  return {
    options,
    origin,
    directory,
    enter: (entrant) => enter(entrant, origin, directory),
    close: origin.stop,
  };
}

async function enter({ peer, variant }: Entrant, origin: Origin, directory: string): Promise<EnteredProxy> {
  const port = await findFreePort();
  const proxy = await peer.start({
    listenPort: port,
    backendPorts: origin.ports,
    variant,
    directory: mkdtempSync(join(directory, 'proxy-')),
  });
  return { port, ...proxy };
}

export function checkPeerNames(names: readonly string[] | undefined): void {
  const known = namedPeers.map((peer) => peer.name);
  const unknown = names?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length > 0)
    throw new Error(`unknown peer ${unknown.join(', ')}; known are ${known.join(', ')}`);
}

/** Those entrants that --peers asks for and that are installed; the others are named in the notes. */
export function selectEntrants(entrants: readonly Entrant[], options: BenchOptions): [Entrant[], string[]] {
  const asked = entrants.filter(({ peer }) => options.peers?.includes(peer.name) ?? true);
  const available = asked.filter(({ peer }) => peer.isAvailable());
  const missing = asked.filter((entrant) => !available.includes(entrant));
  return [available, missing.map(({ label, peer }) => `skipped ${label}: ${peer.howToInstall}`)];
}
