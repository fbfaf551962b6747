import { hashText } from './hash-text.ts';
import type { SlowStart } from './slow-start.ts';
import type { Loaded } from './weights.ts';

/** Points of a backend for each unit of its weight, while the ring does not become too large by that. */
const standardPoints = 160;
const largeRing = 16_384;

interface Point<B> {
  readonly at: number;
  readonly owner: B;
}

/** Does not depend on who else there is, or the others' keys would move when one leaves; halved in large rings only. */
function pointsPerWeight(backends: readonly Loaded[]): number {
  const total = backends.reduce((sum, { weight }) => sum + weight, 0);
  const most = Math.max(largeRing, 2 * standardPoints * backends.length);
  let points = standardPoints;
  while (points * total > most) points /= 2;
  return points;
}

export function pointsOf<B extends Loaded>(backends: readonly B[]): Point<B>[] {
  const perWeight = pointsPerWeight(backends);
  const points: Point<B>[] = [];
  for (const owner of backends) {
    const count = Math.max(1, Math.round(perWeight * owner.weight));
    for (let i = 0; i < count; i++) points.push({ at: hashText(`${owner.name}#${i}`), owner });
  }
  return points.sort((a, b) => a.at - b.at || (a.owner.name < b.owner.name ? -1 : 1));
}

/**
 * A ring of hashes, like ketama's: every backend has points on it, a key belongs to the next point. With bounded load
 * (Mirrokni, Thorup, Zadimoghaddam): a backend that has more than its share of what runs is passed over.
 */
export class RingHash<B extends Loaded> {
  readonly #backends: readonly B[];
  readonly #points: Uint32Array;
  readonly #owners: readonly B[];
  readonly #maxLoad: number;
  readonly #slowStart: SlowStart<B> | undefined;

  /** `maxLoad`: how many times its share a backend may have, above 1; Infinity for no bound. */
  constructor(backends: readonly B[], maxLoad: number, slowStart?: SlowStart<B>) {
    const points = pointsOf(backends);
    this.#backends = backends;
    this.#points = Uint32Array.from(points, ({ at }) => at);
    this.#owners = points.map(({ owner }) => owner);
    this.#maxLoad = maxLoad;
    this.#slowStart = slowStart;
  }

  pick(candidates: readonly B[], hash: number): B {
    const owners = this.#owners;
    const greatestShare = this.#slowStart?.greatestShareOf(candidates) ?? 1;
    const roomPerWeight = this.#roomPerWeight(candidates);
    let full: B | undefined;
    for (let step = 0, at = this.#find(hash); step < owners.length; step++, at++) {
      if (at === owners.length) at = 0;
      const owner = owners[at]!;
      if (!this.#mayServe(owner, candidates, hash, greatestShare)) continue;
      if (owner.activeAttempts < Math.ceil(roomPerWeight * owner.weight)) return owner;
      full ??= owner;
    }
    return full ?? candidates[0]!;
  }

  /** The first point at or behind the hash. */
  #find(hash: number): number {
    const points = this.#points;
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (points[middle]! < hash) low = middle + 1;
      else high = middle;
    }
    return low === points.length ? 0 : low;
  }

  #mayServe(owner: B, candidates: readonly B[], hash: number, greatestShare: number): boolean {
    if (candidates !== this.#backends && !candidates.includes(owner)) return false;
    return this.#slowStart === undefined || this.#slowStart.admits(owner, hash, greatestShare);
  }

  /** How much may run at a backend for each unit of its weight, this request included. */
  #roomPerWeight(candidates: readonly B[]): number {
    if (this.#maxLoad === Infinity) return Infinity;
    let active = 1;
    let weight = 0;
    for (const each of candidates) {
      active += each.activeAttempts;
      weight += each.weight;
    }
    return (this.#maxLoad * active) / weight;
  }
}
