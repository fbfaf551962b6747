import type { Exchange } from '../../core/index.ts';
import type { Piece } from './line-bytes.ts';
import type { Measures } from './measures.ts';
import { type SharedName, type SharedValues, sharedValues } from './shared-values.ts';

/** Combinations of values that are kept. */
const mostCombinations = 8;
/** Of so many that are not known one is kept: where each line has its own, keeping would cost more than it saves. */
const missesToKeep = 32;

/** What lines have in common whose exchanges have these values; each run of parts has its place in `pieces`. */
interface Combination {
  readonly values: SharedValues;
  readonly pieces: (Piece | undefined)[];
}

/** Combinations that came up, as many as are kept. */
export class Combinations {
  readonly #Values: new (
    exchange: Exchange,
    measures: Measures,
  ) => SharedValues;
  readonly #known: Combination[] = [];
  #next = 0;
  #misses = 0;
  /** That of this line; undefined when it is not kept. */
  current: Combination | undefined;

  constructor(name: SharedName) {
    this.#Values = sharedValues[name];
  }

  /** Makes the combination of an exchange the current one. */
  find(exchange: Exchange, measures: Measures): void {
    const known = this.#known;
    for (let i = 0; i < known.length; i++) {
      this.current = known[i]!;
      if (this.current.values.areOf(exchange, measures)) return;
    }
    this.current = undefined;
    if (this.#misses++ % missesToKeep === 0) this.#keep(new this.#Values(exchange, measures));
  }

  #keep(values: SharedValues): void {
    this.current = { values, pieces: [] };
    this.#known[this.#next] = this.current;
    this.#next = (this.#next + 1) % mostCombinations;
  }
}
