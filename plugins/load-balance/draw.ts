import { ownWeight, type Random, type Weighted, type WeightOf } from './weights.ts';

/** Draws backends at random, each as often as its weight says. */
export class Draw<B extends Weighted> {
  /** The complete list, when no weight in it matters. */
  readonly #equals: readonly B[] | undefined;
  readonly #weightOf: WeightOf<B>;
  readonly #random: Random;

  /** `backends` is the list that comes as long as nobody narrowed it. */
  constructor(backends: readonly B[], weightOf: WeightOf<B>, random: Random) {
    const isEqual = backends.every(({ weight }) => weight === backends[0]!.weight);
    this.#equals = isEqual && weightOf === ownWeight ? backends : undefined;
    this.#weightOf = weightOf;
    this.#random = random;
  }

  one(candidates: readonly B[]): B {
    if (candidates !== this.#equals) return this.#byWeight(candidates, undefined);
    return candidates[Math.floor(this.#random() * candidates.length)]!;
  }

  /** One of the candidates, which are at least two, but not this one. */
  another(candidates: readonly B[], first: B): B {
    if (candidates !== this.#equals) return this.#byWeight(candidates, first);
    const last = candidates.length - 1;
    const drawn = candidates[Math.floor(this.#random() * last)]!;
    return drawn === first ? candidates[last]! : drawn;
  }

  #byWeight(candidates: readonly B[], except: B | undefined): B {
    const weightOf = this.#weightOf;
    let total = 0;
    for (const each of candidates) if (each !== except) total += weightOf(each);
    let left = this.#random() * total;
    let drawn = candidates[0]!;
    for (const each of candidates) {
      if (each === except) continue;
      drawn = each;
      left -= weightOf(each);
      if (left < 0) break;
    }
    return drawn;
  }
}
