import type { Exchange, LocalResponse, PluginHost } from '../../core/index.ts';
import { createAnnouncer, note } from './announce.ts';
import { DryRun } from './dry-run.ts';
import { createKey } from './keys.ts';
import type { KeyedLimit } from './options.ts';
import type { Verdict } from './quota.ts';
import { refusalOf } from './refusals.ts';

const dryRunLogEveryMs = 10_000;

/** Keys of a request, one for each limit. */
export type Keys = readonly (string | undefined)[];
export type KeysOf = (exchange: Exchange) => Keys;

/** What becomes of an exchange about which was decided; undefined when no limit concerns it. */
export type Answer = (exchange: Exchange, verdict: Verdict | undefined) => LocalResponse | undefined;

export function createKeys(limits: readonly KeyedLimit[]): KeysOf {
  const readers = limits.map(({ key, ipv6Prefix }) => createKey(key, ipv6Prefix));
  const [first] = readers;
  if (readers.length === 1) return (exchange) => [first!(exchange)];
  return (exchange) => readers.map((read) => read(exchange));
}

function laterBy(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
}

function createDryRun({ log, defer }: PluginHost): DryRun {
  const dryRun = new DryRun({
    everyMs: dryRunLogEveryMs,
    log: (line) => log.info(line, 'dry run: requests would be refused'),
    setTimeout: laterBy,
  });
  defer(() => dryRun.close());
  return dryRun;
}

/** Counts by the limit that refused, or was nearest to it. */
function createDecisionCount(
  limits: readonly KeyedLimit[],
  { counter }: PluginHost,
  dryRun: boolean,
): (verdict: Verdict) => void {
  const decisions = counter({
    name: 'decisions_total',
    help: 'Requests by the limit that decided, and its decision.',
    labels: ['limit', 'decision'],
  });
  const refused = dryRun ? 'would_refuse' : 'refused';
  const cells = new Map(
    limits.map(({ name }) => [
      name,
      { admitted: decisions.of(name, 'admitted'), refused: decisions.of(name, refused) },
    ]),
  );
  return ({ limit, isAdmitted }) => {
    const { admitted, refused: notAdmitted } = cells.get(limit)!;
    (isAdmitted ? admitted : notAdmitted).value++;
  };
}

export function createAnswer(
  limits: readonly KeyedLimit[],
  settings: { readonly fields: boolean; readonly dryRun: boolean },
  gateway: PluginHost,
): Answer {
  const announce = settings.fields && !settings.dryRun ? createAnnouncer(limits) : undefined;
  const dryRun = settings.dryRun ? createDryRun(gateway) : undefined;
  const count = createDecisionCount(limits, gateway, settings.dryRun);
  return (exchange, verdict) => {
    if (verdict === undefined) return undefined;
    count(verdict);
    note(exchange, verdict);
    announce?.(exchange, verdict);
    if (verdict.isAdmitted) return undefined;
    if (dryRun === undefined) return refusalOf(verdict);
    dryRun.add(verdict.limit);
    return undefined;
  };
}
