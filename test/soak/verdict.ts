import type { Sample } from './messages.ts';
import type { SoakReport } from './soak.ts';

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Growth from the second quarter of the samples to the last one: the first is for warming up. */
export function growthOf(samples: readonly Sample[], read: (sample: Sample) => number): number {
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  const early = samples.slice(quarter, 2 * quarter).map(read);
  return median(samples.slice(-quarter).map(read)) - median(early);
}

/** Everything that is not as it should be; empty for a good soak. */
export function complaintsOf(report: SoakReport): string[] {
  const { ends, requests, problems, samples, last, exitCode } = report;
  const complaints = problems.slice(0, 20);
  const expect = (what: string, actual: unknown, expected: unknown): void => {
    if (JSON.stringify(actual) !== JSON.stringify(expected))
      complaints.push(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
  };
  expect('ends at the gateway', sorted(ends.gateway.ends), sorted(ends.clients));
  expect('requests in the metrics', ends.gateway.requestsInMetrics, requests);
  expect('connections of clients left', last.openConnections, 0);
  expect('exchanges left', last.activeExchanges, 0);
  expect('attempts left', last.activeAttempts, 0);
  expect('requests in queues', last.queued, 0);
  expect('old configurations left', last.retiredGenerations, 0);
  expect('exit code', exitCode, 0);
  if (samples.length >= 4) {
    const heap = growthOf(samples, ({ heapMb }) => heapMb);
    const rss = growthOf(samples, ({ rssMb }) => rssMb);
    if (heap > 3) complaints.push(`the heap grew by ${heap.toFixed(1)} MB`);
    if (rss > 25) complaints.push(`resident memory grew by ${rss.toFixed(1)} MB`);
  }
  return complaints;
}

function sorted(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
