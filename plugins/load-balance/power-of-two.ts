import { Draw } from './draw.ts';
import type { Loaded, Random, WeightOf } from './weights.ts';

/**
 * The power of two random choices: draws two backends and takes the less busy one for its weight. Almost as even as
 * asking all, and gateways that do not know of each other do not all run to the same backend.
 */
export class PowerOfTwo<B extends Loaded> {
  readonly #draw: Draw<B>;
  readonly #weightOf: WeightOf<B>;

  constructor(backends: readonly B[], weightOf: WeightOf<B>, random: Random) {
    this.#draw = new Draw(backends, weightOf, random);
    this.#weightOf = weightOf;
  }

  pick(candidates: readonly B[]): B {
    const first = this.#draw.one(candidates);
    const second = this.#draw.another(candidates, first);
    const firstLoad = first.activeAttempts / this.#weightOf(first);
    return second.activeAttempts / this.#weightOf(second) < firstLoad ? second : first;
  }
}
