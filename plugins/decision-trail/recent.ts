import type { TrailRecord } from './record.ts';
import type { DecisionTrails } from './tokens.ts';

/** The last records, so many and no more. */
export class RecentTrails implements DecisionTrails {
  readonly #keep: number;
  /** By exchange, oldest first. */
  readonly #records = new Map<string, TrailRecord>();

  constructor(keep: number) {
    this.#keep = keep;
  }

  add(record: TrailRecord): void {
    this.#records.set(record.exchange, record);
    if (this.#records.size <= this.#keep) return;
    const [oldest] = this.#records.keys();
    this.#records.delete(oldest!);
  }

  recent(): readonly TrailRecord[] {
    return [...this.#records.values()].reverse();
  }

  find(exchange: string): TrailRecord | undefined {
    return this.#records.get(exchange);
  }
}
