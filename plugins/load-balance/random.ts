import { Draw } from './draw.ts';
import type { Random, Weighted, WeightOf } from './weights.ts';

/** Any backend, each as often as its weight says, without regard to how busy it is. */
export class RandomChoice<B extends Weighted> {
  readonly #draw: Draw<B>;

  constructor(backends: readonly B[], weightOf: WeightOf<B>, random: Random) {
    this.#draw = new Draw(backends, weightOf, random);
  }

  pick(candidates: readonly B[]): B {
    return this.#draw.one(candidates);
  }
}
