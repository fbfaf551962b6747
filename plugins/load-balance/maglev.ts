import { fillTable, preferenceOf, tableSizeFor } from './maglev-table.ts';
import type { SlowStart } from './slow-start.ts';
import type { Weighted } from './weights.ts';

/**
 * Maglev hashing: a key belongs to a slot, a slot to a backend. While that one is no candidate, its keys go to the
 * backends of the slots that follow, and no other key moves.
 */
export class Maglev<B extends Weighted> {
  readonly #backends: readonly B[];
  /** In an order of their own, so that gateways agree whatever order their configurations have. */
  readonly #sorted: readonly B[];
  readonly #table: Uint16Array;
  readonly #slowStart: SlowStart<B> | undefined;

  constructor(backends: readonly B[], slowStart?: SlowStart<B>, size = tableSizeFor(backends.length)) {
    this.#backends = backends;
    this.#sorted = backends.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    this.#table = fillTable(
      this.#sorted.map((backend) => preferenceOf(backend, size)),
      size,
    );
    this.#slowStart = slowStart;
  }

  pick(candidates: readonly B[], hash: number): B {
    const table = this.#table;
    const greatestShare = this.#slowStart?.greatestShareOf(candidates) ?? 1;
    let at = hash % table.length;
    for (let step = 0; step < table.length; step++, at++) {
      if (at === table.length) at = 0;
      const owner = this.#sorted[table[at]!]!;
      if (this.#mayServe(owner, candidates, hash, greatestShare)) return owner;
    }
    return candidates[0]!;
  }

  #mayServe(owner: B, candidates: readonly B[], hash: number, greatestShare: number): boolean {
    if (candidates !== this.#backends && !candidates.includes(owner)) return false;
    return this.#slowStart === undefined || this.#slowStart.admits(owner, hash, greatestShare);
  }
}
