import type { Loaded, Random, WeightOf } from './weights.ts';

/** The backend with the fewest running attempts for its weight; among equals any, as often as its weight says. */
export class LeastRequests<B extends Loaded> {
  readonly #weightOf: WeightOf<B>;
  readonly #random: Random;

  constructor(weightOf: WeightOf<B>, random: Random) {
    this.#weightOf = weightOf;
    this.#random = random;
  }

  pick(candidates: readonly B[]): B {
    let best = candidates[0]!;
    let least = Infinity;
    let tied = 0;
    for (const each of candidates) {
      const weight = this.#weightOf(each);
      const load = each.activeAttempts / weight;
      if (load > least) continue;
      if (load < least) [best, least, tied] = [each, load, weight];
      // so that each of those that are tied stays chosen as likely as its weight
      else if (this.#random() * (tied += weight) < weight) best = each;
    }
    return best;
  }
}
