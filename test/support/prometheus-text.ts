/** Reads the text format 0.0.4 of Prometheus as strictly as `promtool check metrics`, and throws at the first mistake. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const number = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[+-]Inf|NaN)$/;
/** `name="value"`, in the value only the escapes that the format knows, then a comma or the end. */
const labelPair = /([^=,"{}\s]+)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;

function must(holds: boolean, line: string, problem: string): asserts holds {
  if (!holds) throw new Error(`${problem}: ${line}`);
}

function parseNumber(text: string, line: string): number {
  must(number.test(text), line, 'not a number');
  return Number(text.replace('Inf', 'Infinity'));
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
}

function parseLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  labelPair.lastIndex = 0;
  while (labelPair.lastIndex < text.length) {
    const at = labelPair.lastIndex;
    const pair = labelPair.exec(text);
    must(pair !== null, line, `bad labels at ${at}`);
    const [, name = '', value = '', end] = pair;
    must(labelName.test(name) && !name.startsWith('__'), line, 'bad label name');
    must(!Object.hasOwn(labels, name), line, `${name} is repeated`);
    must(end === '' || labelPair.lastIndex < text.length, line, 'comma behind the last label');
    labels[name] = unescape(value);
  }
  return labels;
}

function belongs(family: MetricFamily, name: string): boolean {
  if (family.type !== 'histogram' && family.type !== 'summary') return name === family.name;
  return [`${family.name}_sum`, `${family.name}_count`, `${family.name}_bucket`].includes(name);
}

function sortedKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(
    Object.keys(labels)
      .sort()
      .map((name) => [name, labels[name]]),
  );
}

function keyOf({ name, labels }: Sample): string {
  return name + sortedKey(labels);
}

/** Parses every line: each family has HELP, TYPE and then its samples, and stands there once. */
export function parsePrometheusText(text: string): Map<string, MetricFamily> {
  must(text.endsWith('\n'), text.slice(-80), 'no line feed at the end');
  const families = new Map<string, MetricFamily>();
  const seen = new Set<string>();
  let family: { name: string; help: string; type: string; samples: Sample[] } | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment?.[1] === 'HELP') {
      const [, , name = '', help = ''] = comment;
      must(metricName.test(name) && !families.has(name), line, 'bad or repeated family');
      must(/^(?:[^\\]|\\[\\n])*$/.test(help), line, 'bad escape');
      must(family === undefined || family.type !== '', line, 'the family before has no type');
      families.set(name, (family = { name, help, type: '', samples: [] }));
    } else if (comment !== null) {
      const [, , name, type = ''] = comment;
      must(
        name === family?.name && family?.type === '' && family.samples.length === 0,
        line,
        'TYPE out of order',
      );
      must(['counter', 'gauge', 'histogram', 'summary'].includes(type), line, 'unknown type');
      family.type = type;
    } else {
      const [, name = '', labels = '', value = ''] = sampleLine.exec(line) ?? [];
      must(family !== undefined && family.type !== '' && belongs(family, name), line, 'sample of no family');
      const sample = { name, labels: parseLabels(labels, line), value: parseNumber(value, line) };
      must(!seen.has(keyOf(sample)), line, 'series is repeated');
      seen.add(keyOf(sample));
      family.samples.push(sample);
    }
  }
  for (const each of families.values()) lint(each);
  return families;
}

const reservedNames = ['le', 'quantile'];

/** The rules about names and values that promtool has. */
function lint({ name, help, type, samples }: MetricFamily): void {
  must(type !== '' && help !== '', name, 'needs type and help');
  must(name === name.toLowerCase(), name, 'not in snake case');
  must((type === 'counter') === name.endsWith('_total'), name, 'only and all counters end in _total');
  must(type === 'histogram' || !/_(?:bucket|count|sum)$/.test(name), name, 'ends as if it were a histogram');
  must(!/milliseconds|_ms(?:_|$)|kilobytes/.test(name), name, 'not in a base unit');
  const labelSets = new Set(samples.map(({ labels }) => Object.keys(labels).sort().join()));
  if (type === 'histogram') lintHistogram(name, samples);
  else {
    must(labelSets.size <= 1, name, 'its series have different labels');
    must(
      !samples.some(({ labels }) => reservedNames.some((label) => label in labels)),
      name,
      'reserved label',
    );
  }
  if (type !== 'gauge')
    must(
      samples.every(({ value }) => value >= 0),
      name,
      'below zero',
    );
}

function lintHistogram(name: string, samples: readonly Sample[]): void {
  const groups = new Map<
    string,
    { buckets: [bound: number, value: number][]; count?: number; sum?: number }
  >();
  for (const {
    name: of,
    labels: { le, ...labels },
    value,
  } of samples) {
    const key = sortedKey(labels);
    const group = groups.get(key) ?? { buckets: [] };
    groups.set(key, group);
    must((le !== undefined) === of.endsWith('_bucket'), name, 'le belongs to buckets');
    if (le !== undefined) group.buckets.push([parseNumber(le, name), value]);
    else group[of.endsWith('_sum') ? 'sum' : 'count'] = value;
  }
  for (const [key, { buckets, count, sum }] of groups) {
    must(count !== undefined && sum !== undefined, name + key, 'count or sum is missing');
    const isRising = buckets.every(
      ([bound, value], i) => i === 0 || (bound > buckets[i - 1]![0] && value >= buckets[i - 1]![1]),
    );
    must(isRising, name + key, 'buckets are not cumulative');
    const last = buckets.at(-1);
    must(last?.[0] === Infinity && last[1] === count, name + key, '+Inf is not the count');
  }
}

/** The value of one series, by some of its labels; 0 when there is none. Throws when several fit. */
export function valueOf(
  families: ReadonlyMap<string, MetricFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const base = name.replace(/_(?:bucket|sum|count)$/, '');
  const family = families.get(name) ?? families.get(base);
  const fitting = (family?.samples ?? []).filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  if (fitting.length > 1)
    throw new Error(`${fitting.length} series of ${name} fit ${JSON.stringify(labels)}`);
  return fitting[0]?.value ?? 0;
}

/** The sum of all series of a name that have these labels. */
export function sumOf(
  families: ReadonlyMap<string, MetricFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const all = [...families.values()]
    .flatMap(({ samples }) => samples)
    .filter((sample) => sample.name === name);
  return all
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
