import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SoakBackend } from './backend.ts';
import { GatewayProcess } from './gateway-client.ts';
import { Ledger } from './ledger.ts';
import type { GatewayCounts, Sample } from './messages.ts';
import { Traffic } from './traffic.ts';

export interface SoakOptions {
  readonly seconds: number;
  readonly clients: number;
  readonly seed: number;
  readonly sampleEveryMs: number;
  readonly reloadEveryMs: number;
  /** Is told of every sample. */
  readonly onSample?: (sample: Sample, requests: number) => void;
}

export interface SoakReport {
  readonly requests: number;
  /** What clients saw, and what the gateway saw: the same. */
  readonly ends: { readonly clients: Readonly<Record<string, number>>; readonly gateway: GatewayCounts };
  readonly problems: readonly string[];
  /** While it runs. */
  readonly samples: readonly Sample[];
  /** When all clients are gone. */
  readonly last: Sample;
  readonly exitCode: number | null;
}

/** Mixed traffic with faults of backends, aborts and reloads, and what is left of it. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const folder = mkdtempSync(join(tmpdir(), 'hookway-soak-'));
  const ledger = new Ledger();
  const random = seeded(options.seed);
  const backends = [new SoakBackend(ledger, random), new SoakBackend(ledger, random)];
  const urls = await Promise.all(backends.map((backend) => backend.listen()));
  const gateway = new GatewayProcess(join(folder, 'access.log'), urls);
  try {
    const port = await gateway.ask('port');
    const samples = await drive(options, gateway, ledger, new Traffic(port, ledger, random));
    const last = await settled(gateway);
    const counts = await gateway.ask('counts');
    const exitCode = await gateway.close();
    const ends = { clients: ledger.ends, gateway: counts };
    return { requests: ledger.total, ends, problems: ledger.problems, samples, last, exitCode };
  } finally {
    gateway.kill();
    for (const backend of backends) backend.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function drive(
  { seconds, clients, sampleEveryMs, reloadEveryMs, onSample }: SoakOptions,
  gateway: GatewayProcess,
  ledger: Ledger,
  traffic: Traffic,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const endMs = performance.now() + seconds * 1_000;
  const isOver = (): boolean => performance.now() >= endMs;
  const every = async (ms: number, act: () => Promise<unknown>): Promise<void> => {
    for (await pause(ms); !isOver(); await pause(ms)) await act();
  };
  await Promise.all([
    traffic.run(clients, isOver),
    every(reloadEveryMs, () => gateway.ask('reload')),
    every(sampleEveryMs, async () => {
      samples.push(await gateway.ask('sample'));
      onSample?.(samples.at(-1)!, ledger.total);
    }),
  ]);
  return samples;
}

/** The first sample without clients; the last one after two seconds. */
async function settled(gateway: GatewayProcess): Promise<Sample> {
  for (const endMs = performance.now() + 2_000; ; await pause(20)) {
    const sample = await gateway.ask('sample');
    if (sample.openConnections + sample.activeExchanges + sample.retiredGenerations === 0) return sample;
    if (performance.now() > endMs) return sample;
  }
}

/** Numbers from 0 to 1 that are the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
