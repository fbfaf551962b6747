import type { AttemptCounts } from './attempt-counts.ts';
import { codes, methods } from './classes.ts';
import type { Counts } from './counts.ts';
import { counter, durations, type Family, type Labels, type Sample } from './family.ts';
import type { ExchangeCounts } from './exchange-counts.ts';
import type { Histogram } from './histogram.ts';

/** What was counted of requests and of attempts at backends. */
export function exchangeFamilies(counts: Counts): Family[] {
  const exchanges = [...counts.exchanges];
  return [
    counter('hookway_requests_total', 'Requests that are over.', exchanges.flatMap(requestsOf)),
    durations(
      'hookway_request_duration_seconds',
      'From the first byte of a request to the last of its response.',
      exchanges.flatMap(durationsOf),
    ),
    counter(
      'hookway_request_body_bytes_total',
      'Bytes of bodies and tunnels from clients.',
      exchanges.map(({ labels, bytesReceived: value }) => ({ labels: { ...labels }, value })),
    ),
    counter(
      'hookway_response_body_bytes_total',
      'Bytes of bodies and tunnels to clients.',
      exchanges.map(({ labels, bytesSent: value }) => ({ labels: { ...labels }, value })),
    ),
    ...attemptFamilies([...counts.attempts]),
  ];
}

function attemptFamilies(attempts: readonly AttemptCounts[]): Family[] {
  return [
    counter(
      'hookway_attempts_total',
      'Attempts at backends, by the class of the status, the code of the error, or cancelled.',
      attempts.flatMap(attemptsOf),
    ),
    durations(
      'hookway_backend_wait_duration_seconds',
      'From the choice of a backend to a connection to it.',
      attempts.map(({ labels, waits }) => [{ ...labels }, waits] as const),
    ),
    durations(
      'hookway_backend_response_duration_seconds',
      'From a connection at hand to the response head complete.',
      attempts.map(({ labels, responses }) => [{ ...labels }, responses] as const),
    ),
  ];
}

function requestsOf({ labels, requests }: ExchangeCounts): Sample[] {
  const samples: Sample[] = [];
  for (const [index, value] of requests.entries()) {
    if (value === 0) continue;
    const code = codes[Math.floor(index / methods.length)]!;
    samples.push({ labels: { ...labels, method: methods[index % methods.length]!, code }, value });
  }
  return samples;
}

function durationsOf({ labels, durations: ofCodes }: ExchangeCounts): (readonly [Labels, Histogram])[] {
  return ofCodes.flatMap((histogram, index) =>
    histogram === undefined ? [] : [[{ ...labels, code: codes[index]! }, histogram] as const],
  );
}

function attemptsOf({ labels, answered, failed, cancelled }: AttemptCounts): Sample[] {
  const results: [result: string, value: number][] = [
    ...codes.map((code, index): [string, number] => [code, answered[index]!]),
    ...failed,
    ['cancelled', cancelled],
  ];
  return results
    .filter(([, value]) => value > 0)
    .map(([result, value]) => ({ labels: { ...labels, result }, value }));
}
