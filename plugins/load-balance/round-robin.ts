import { type Retain, retainForEach, retainNothing } from './retain.ts';
import { ownWeight, type Weighted, type WeightOf } from './weights.ts';

interface Turn {
  /** How far the backend is behind its share; the sum over all backends is zero. */
  credit: number;
}

/** Where the rotation of one upstream stands. */
interface Rotation {
  /** Requests so far that any backend could have got, all of the same weight. */
  position: number;
}

/**
 * Smooth weighted round-robin, nginx's algorithm: each time every candidate earns its weight, the richest is taken and
 * pays what all have earned. No backend is ever ahead of its share by a whole request.
 */
export class RoundRobin<B extends Weighted> {
  readonly #backends: readonly B[];
  readonly #isEqual: boolean;
  readonly #rotation: Rotation;
  readonly #turns: readonly Turn[];
  readonly #turnOf: WeakMap<B, Turn>;
  readonly #weightOf: WeightOf<B>;

  /** `backends` is the list that `pick` gets as long as nobody narrowed it. */
  constructor(backends: readonly B[], retain: Retain = retainNothing, weightOf: WeightOf<B> = ownWeight) {
    this.#weightOf = weightOf;
    this.#backends = backends;
    this.#isEqual = backends.every(({ weight }) => weight === backends[0]!.weight);
    this.#rotation = retain('rotation', () => ({ position: 0 }));
    const turnOf = retainForEach(backends, retain, 'turn', (): Turn => ({ credit: 0 }));
    this.#turns = [...turnOf.values()];
    this.#turnOf = new WeakMap(turnOf);
  }

  pick(candidates: readonly B[]): B {
    if (candidates !== this.#backends || this.#weightOf !== ownWeight) return this.#pickAmong(candidates);
    return this.#isEqual ? this.#pickNext() : this.#pickAmongAll();
  }

  #pickNext(): B {
    const rotation = this.#rotation;
    const at = rotation.position % this.#backends.length;
    rotation.position = at + 1;
    return this.#backends[at]!;
  }

  #pickAmongAll(): B {
    const backends = this.#backends;
    const turns = this.#turns;
    let best = 0;
    let total = 0;
    for (let i = 0; i < backends.length; i++) {
      const { weight } = backends[i]!;
      total += weight;
      turns[i]!.credit += weight;
      if (turns[i]!.credit > turns[best]!.credit) best = i;
    }
    turns[best]!.credit -= total;
    return backends[best]!;
  }

  #pickAmong(candidates: readonly B[]): B {
    let best = candidates[0]!;
    let bestTurn = this.#findTurn(best);
    let total = 0;
    for (const backend of candidates) {
      const turn = this.#findTurn(backend);
      const weight = this.#weightOf(backend);
      total += weight;
      turn.credit += weight;
      if (turn.credit > bestTurn.credit) [best, bestTurn] = [backend, turn];
    }
    bestTurn.credit -= total;
    return best;
  }

  #findTurn(backend: B): Turn {
    let turn = this.#turnOf.get(backend);
    if (turn === undefined) this.#turnOf.set(backend, (turn = { credit: 0 }));
    return turn;
  }
}
