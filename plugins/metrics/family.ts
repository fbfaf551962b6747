import type { Histogram } from './histogram.ts';

export type Labels = Readonly<Record<string, string>>;

/** One number of a family. */
export interface Sample {
  /** With `_bucket` and the like behind the family's name; default: that name. */
  readonly metricName?: string;
  readonly labels: Labels;
  readonly value: number;
}

/** All numbers of one name. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly values: readonly Sample[];
}

export function counter(name: string, help: string, values: readonly Sample[]): Family {
  return { name, help, type: 'counter', values };
}

export function gauge(name: string, help: string, values: readonly Sample[] | number): Family {
  return { name, help, type: 'gauge', values: typeof values === 'number' ? single(values) : values };
}

/** A number without labels. */
export function single(value: number): readonly Sample[] {
  return [{ labels: {}, value }];
}

const secondsOf = (ms: number): number => Number((ms / 1000).toPrecision(12));

/** Histograms of milliseconds, as seconds. */
export function durations(
  name: string,
  help: string,
  histograms: Iterable<readonly [labels: Labels, histogram: Histogram]>,
): Family {
  const values: Sample[] = [];
  for (const [labels, histogram] of histograms) values.push(...samplesOf(name, labels, histogram));
  return { name, help, type: 'histogram', values };
}

function samplesOf(name: string, labels: Labels, { bounds, counts, sum }: Histogram): Sample[] {
  const samples: Sample[] = [];
  const metricName = `${name}_bucket`;
  let count = 0;
  for (const [bucket, ofBucket] of counts.entries()) {
    count += ofBucket;
    const bound = bounds[bucket];
    const le = bound === undefined ? '+Inf' : String(secondsOf(bound));
    samples.push({ metricName, labels: { ...labels, le }, value: count });
  }
  samples.push({ metricName: `${name}_sum`, labels, value: sum / 1000 });
  samples.push({ metricName: `${name}_count`, labels, value: count });
  return samples;
}
