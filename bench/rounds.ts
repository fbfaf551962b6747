import { describeErrors, runLoad, type Load, type LoadSize } from './load.ts';
import { coreBusyMicroseconds, cpuMicroseconds } from './measure.ts';
import { probe } from './probe.ts';
import { proxyCore } from './processes.ts';
import type { EnteredProxy, Entrant, Session } from './session.ts';

const warmUpSeconds = 3;

export interface Sample {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMicrosecondsPerRequest: number;
  /** Share of its core that the proxy used. */
  readonly proxyShare: number;
  /** Share of the proxy's core that others used: a disturbed round. */
  readonly foreignShare: number;
}

export interface Measurement {
  readonly entrant: Entrant;
  readonly samples: readonly Sample[];
  /** Why there is nothing to report: errors under load, or it did not start. */
  readonly refusal?: string;
  /** Work that the others do and this one does not. */
  readonly faults: readonly string[];
}

interface Contender {
  readonly entrant: Entrant;
  readonly samples: Sample[];
  proxy?: EnteredProxy;
  faults: string[];
  refusal?: string;
}

/** Runs all entrants side by side, A B C A B C ..., so that a drift of the machine hits all of them. */
export async function runRounds(
  session: Session,
  entrants: readonly Entrant[],
  load: Load,
): Promise<Measurement[]> {
  const contenders: Contender[] = entrants.map((entrant) => ({ entrant, samples: [], faults: [] }));
  try {
    for (const contender of contenders)
      await refuseOnError(contender, () => prepare(session, contender, load));
    for (let round = 0; round < session.options.rounds; round++) {
      for (const contender of contenders) {
        await refuseOnError(contender, () => addSample(contender, load, session.options));
      }
    }
  } finally {
    for (const { proxy } of contenders) await proxy?.stop();
  }
  return contenders;
}

async function refuseOnError(contender: Contender, step: () => Promise<void>): Promise<void> {
  if (contender.refusal !== undefined) return;
  try {
    await step();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    contender.refusal = [reason, contender.proxy?.recentLog()].filter(Boolean).join('\n');
  }
}

async function prepare(session: Session, contender: Contender, load: Load): Promise<void> {
  contender.proxy = await session.enter(contender.entrant);
  contender.faults = await probe(contender.proxy.port, contender.entrant.variant);
  await runLoad(contender.proxy.port, load, { ...session.options, durationSeconds: warmUpSeconds });
}

async function addSample({ proxy, samples }: Contender, load: Load, size: LoadSize): Promise<void> {
  if (proxy === undefined) return;
  const before = snapshot(proxy.pid);
  const result = await runLoad(proxy.port, load, size);
  const after = snapshot(proxy.pid);
  const errors = describeErrors(result, load);
  if (errors !== undefined) throw new Error(errors);
  const cpu = after.cpu - before.cpu;
  const wall = after.wall - before.wall;
  samples.push({
    requestsPerSecond: result.requests / (result.durationMicroseconds / 1_000_000),
    p50Ms: result.p50Microseconds / 1000,
    p99Ms: result.p99Microseconds / 1000,
    cpuMicrosecondsPerRequest: cpu / result.requests,
    proxyShare: cpu / wall,
    foreignShare: Math.max(0, after.coreBusy - before.coreBusy - cpu) / wall,
  });
}

function snapshot(pid: number): { wall: number; cpu: number; coreBusy: number } {
  return {
    wall: performance.now() * 1000,
    cpu: cpuMicroseconds(pid),
    coreBusy: coreBusyMicroseconds(proxyCore),
  };
}
