import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { residentKilobytes } from '../measure.ts';
import { originPaths } from '../origin.ts';
import { allPeers } from '../peers/index.ts';
import { loadCore, startPinned, type Started } from '../processes.ts';
import type { Report } from '../report.ts';
import { selectEntrants, type Entrant, type Session } from '../session.ts';
import { median } from '../statistics.ts';
import { formatNumber, formatRatio } from '../table.ts';
import { judgeAmount } from '../targets.ts';
import { typeScriptCommand } from '../typescript-command.ts';
import { inDefaultVariant, type Question } from './question.ts';

const connectionCount = 3000;
const warmUpConnectionCount = 200;
const maximumRounds = 3;
const targetKilobytes = 9;
const peerNames = ['hookway', 'nginx', 'http-proxy-3'];
const client = fileURLToPath(new URL('../idle-client.ts', import.meta.url));

interface IdleSample {
  readonly beforeKilobytes: number;
  readonly afterKilobytes: number;
  readonly kilobytesPerConnection: number;
}

interface IdleRow {
  readonly label: string;
  readonly samples: IdleSample[];
  refusal?: string;
}

/** What memory does a connection cost that does nothing? */
export const idle: Question = { name: 'idle', run: async (session) => [await measureIdle(session)] };

async function measureIdle(session: Session): Promise<Report> {
  const peers = allPeers.filter(({ name }) => peerNames.includes(name));
  const [entrants, skipped] = selectEntrants(inDefaultVariant(peers), session.options);
  const rows: IdleRow[] = entrants.map(({ label }) => ({ label, samples: [] }));
  const rounds = Math.min(session.options.rounds, maximumRounds);
  for (let round = 0; round < rounds; round++) {
    for (const [index, entrant] of entrants.entries()) await addSample(session, entrant, rows[index]);
  }
  return idleReport(rows, rounds, skipped);
}

async function addSample(session: Session, entrant: Entrant, row: IdleRow | undefined): Promise<void> {
  if (row === undefined || row.refusal !== undefined) return;
  try {
    row.samples.push(await measureOnce(session, entrant));
  } catch (error) {
    row.refusal = error instanceof Error ? error.message : String(error);
  }
}

// A process of its own for every sample: memory once taken is seldom given back.
async function measureOnce(session: Session, entrant: Entrant): Promise<IdleSample> {
  const proxy = await session.enter(entrant);
  try {
    const warmUp = await openConnections(proxy.port, warmUpConnectionCount);
    await warmUp.close();
    const beforeKilobytes = await settledKilobytes(proxy.pid);
    const connections = await openConnections(proxy.port, connectionCount);
    const afterKilobytes = await settledKilobytes(proxy.pid);
    const stillOpen = await connections.countOpen();
    await connections.close();
    if (stillOpen < connectionCount)
      throw new Error(`closed ${connectionCount - stillOpen} idle connections`);
    const kilobytesPerConnection = (afterKilobytes - beforeKilobytes) / connectionCount;
    return { beforeKilobytes, afterKilobytes, kilobytesPerConnection };
  } finally {
    await proxy.stop();
  }
}

interface Connections {
  readonly countOpen: () => Promise<number>;
  readonly close: () => Promise<void>;
}

async function openConnections(port: number, count: number): Promise<Connections> {
  const { file, args } = typeScriptCommand(client, [String(port), originPaths.small, String(count)]);
  const started = startPinned({ file, args, core: loadCore });
  const { stdin, stdout } = started.process;
  if (stdin === null || stdout === null) throw new Error('the idle client has no pipes');
  const lines = createInterface({ input: stdout });
  const countOpen = async (): Promise<number> => {
    stdin.write('count\n');
    return nextCount(lines, started);
  };
  const opened = await nextCount(lines, started);
  if (opened < count) {
    await started.stop();
    throw new Error(`only ${opened} of ${count} connections were answered`);
  }
  return { countOpen, close: started.stop };
}

async function nextCount(lines: Interface, started: Started): Promise<number> {
  const signal = AbortSignal.timeout(60_000);
  const gone = once(started.process, 'exit', { signal }).then(() => ['0']);
  const [line] = (await Promise.race([once(lines, 'line', { signal }), gone])) as [string];
  return Number(line);
}

async function settledKilobytes(pid: number): Promise<number> {
  const sizes: number[] = [];
  for (let tries = 0; tries < 60; tries++) {
    sizes.push(residentKilobytes(pid));
    const recent = sizes.slice(-6);
    const isSettled = recent.length === 6 && Math.max(...recent) - Math.min(...recent) < 256;
    if (isSettled) break;
    await sleep(500);
  }
  return sizes.at(-1) ?? NaN;
}

function idleReport(rows: readonly IdleRow[], rounds: number, skipped: readonly string[]): Report {
  const measured = rows.filter(({ refusal }) => refusal === undefined);
  const perConnection = (row: IdleRow | undefined): number | undefined =>
    row && median(row.samples.map((sample) => sample.kilobytesPerConnection));
  const find = (label: string): IdleRow | undefined => measured.find((row) => row.label === label);
  const reference = perConnection(find('nginx')) ?? NaN;
  const refused = rows.filter(({ refusal }) => refusal !== undefined);
  return {
    question: 'idle',
    title: `${connectionCount} idle keep-alive connections, each answered once, median of ${rounds} fresh processes`,
    columns: ['proxy', 'RSS before KB', 'RSS after KB', 'KB per connection', '/ nginx'],
    rows: measured.map((row) => [
      row.label,
      formatNumber(median(row.samples.map((sample) => sample.beforeKilobytes))),
      formatNumber(median(row.samples.map((sample) => sample.afterKilobytes))),
      formatNumber(perConnection(row) ?? NaN),
      formatRatio((perConnection(row) ?? NaN) / reference),
    ]),
    notes: [...skipped, ...refused.map(({ label, refusal }) => `REFUSED ${label}: ${refusal}`)],
    verdicts: [
      judgeAmount('idle hookway', 'KB per connection', targetKilobytes, perConnection(find('hookway'))),
    ],
    hasRefusals: refused.length > 0,
    measurements: rows,
  };
}
