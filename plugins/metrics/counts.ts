import { AttemptCounts, type AttemptLabels } from './attempt-counts.ts';
import { ExchangeCounts, type ExchangeLabels } from './exchange-counts.ts';

/** Everything that was counted of exchanges, by its labels; shared by the configurations one after the other. */
export class Counts {
  readonly #bounds: Float64Array;
  readonly #exchanges = new Map<string, ExchangeCounts>();
  readonly #attempts = new Map<string, AttemptCounts>();

  constructor(bucketsMs: readonly number[]) {
    this.#bounds = Float64Array.from(bucketsMs);
  }

  get exchanges(): Iterable<ExchangeCounts> {
    return this.#exchanges.values();
  }

  get attempts(): Iterable<AttemptCounts> {
    return this.#attempts.values();
  }

  exchangesOf(labels: ExchangeLabels): ExchangeCounts {
    const key = JSON.stringify([labels.route, labels.upstream, labels.backend]);
    let counts = this.#exchanges.get(key);
    if (counts === undefined) this.#exchanges.set(key, (counts = new ExchangeCounts(labels, this.#bounds)));
    return counts;
  }

  attemptsOf(labels: AttemptLabels): AttemptCounts {
    const key = JSON.stringify([labels.upstream, labels.backend]);
    let counts = this.#attempts.get(key);
    if (counts === undefined) this.#attempts.set(key, (counts = new AttemptCounts(labels, this.#bounds)));
    return counts;
  }

  /** Forgets what is no longer in the configuration, so that many reloads do not make it grow. */
  keepOnly(hasRoute: (route: string) => boolean, hasBackend: (labels: AttemptLabels) => boolean): void {
    const isKept = (labels: AttemptLabels): boolean => labels.backend === '' || hasBackend(labels);
    for (const [key, { labels }] of this.#exchanges) {
      if (!hasRoute(labels.route) || !isKept(labels)) this.#exchanges.delete(key);
    }
    for (const [key, { labels }] of this.#attempts) if (!isKept(labels)) this.#attempts.delete(key);
  }
}
