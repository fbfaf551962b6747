import type { Load } from './load.ts';
import type { Report } from './report.ts';
import { runRounds, type Measurement, type Sample } from './rounds.ts';
import { selectEntrants, type Entrant, type Session } from './session.ts';
import { median, medianRatio, spread } from './statistics.ts';
import { formatNumber, formatPercent, formatRatio, type Cell } from './table.ts';
import { judgeRatio, type Measure, type RatioTarget } from './targets.ts';

export interface LoadComparison {
  readonly question: string;
  readonly title: string;
  readonly load: Load;
  readonly entrants: readonly Entrant[];
  readonly targets: readonly RatioTarget[];
}

const disturbedShare = 0.05;

const columns = [
  'proxy',
  'req/s',
  'p50 ms',
  'p99 ms',
  'p99 / nginx',
  'CPU us/req',
  'CPU / nginx',
  'core used',
  'CPU spread',
];

/** One table: every entrant under the same load, compared with the faster variant of nginx. */
export async function compareUnderLoad(session: Session, comparison: LoadComparison): Promise<Report> {
  const [entrants, skipped] = selectEntrants(comparison.entrants, session.options);
  const measurements = await runRounds(session, entrants, comparison.load);
  const measured = measurements.filter(({ refusal }) => refusal === undefined);
  const reference = cheapest(measured.filter(({ entrant }) => entrant.peer.name === 'nginx'));
  const { rounds, durationSeconds, connections } = session.options;
  return {
    question: comparison.question,
    title: `${comparison.title}, ${connections} keep-alive connections, ${rounds} x ${durationSeconds} s`,
    columns,
    rows: measured.map((measurement) => tableRow(measurement, reference)),
    notes: [...skipped, ...measurements.flatMap(notesOn)],
    verdicts: comparison.targets.map((target) =>
      judgeRatio(comparison.question, target, ratioOf(measured, reference, target)),
    ),
    hasRefusals: measured.length < measurements.length,
    measurements: measurements.map(({ entrant, samples, faults, refusal }) => {
      return { proxy: entrant.label, samples, faults, refusal };
    }),
  };
}

function tableRow({ entrant, samples }: Measurement, reference: Measurement | undefined): Cell[] {
  const mid = (pick: (sample: Sample) => number): number => median(samples.map(pick));
  const ratio = (pick: (sample: Sample) => number): number =>
    medianRatio(samples.map(pick), reference?.samples.map(pick) ?? []);
  return [
    entrant.label,
    formatNumber(mid(requestRate)),
    formatNumber(mid((sample) => sample.p50Ms)),
    formatNumber(mid(p99)),
    formatRatio(ratio(p99)),
    formatNumber(mid(cpuCost)),
    formatRatio(ratio(cpuCost)),
    formatPercent(mid((sample) => sample.proxyShare)),
    `+-${formatPercent(spread(samples.map(cpuCost)))}`,
  ];
}

function notesOn({ entrant, samples, faults, refusal }: Measurement): string[] {
  const notes = faults.map((fault) => `${entrant.label} ${fault}`);
  if (refusal !== undefined) return [...notes, `REFUSED ${entrant.label}: ${refusal}`];
  const foreignShare = Math.max(...samples.map((sample) => sample.foreignShare));
  if (foreignShare > disturbedShare) {
    notes.push(
      `disturbed: others took up to ${formatPercent(foreignShare)} of the core while ${entrant.label} ran`,
    );
  }
  return notes;
}

const picks: Readonly<Record<Measure, (sample: Sample) => number>> = { CPU: cpuCost, p99 };

function ratioOf(
  measured: readonly Measurement[],
  reference: Measurement | undefined,
  target: RatioTarget,
): number | undefined {
  const subject = measured.find(({ entrant }) => entrant.label === target.subject);
  const rival = measured.find(({ entrant }) => entrant.label === target.versus);
  const versus = target.versus === 'nginx' ? reference : rival;
  if (subject === undefined || versus === undefined) return undefined;
  const pick = picks[target.measure ?? 'CPU'];
  return medianRatio(subject.samples.map(pick), versus.samples.map(pick));
}

function cheapest(measurements: readonly Measurement[]): Measurement | undefined {
  const cost = ({ samples }: Measurement): number => median(samples.map(cpuCost));
  return measurements.toSorted((a, b) => cost(a) - cost(b))[0];
}

function cpuCost(sample: Sample): number {
  return sample.cpuMicrosecondsPerRequest;
}

function requestRate(sample: Sample): number {
  return sample.requestsPerSecond;
}

function p99(sample: Sample): number {
  return sample.p99Ms;
}
