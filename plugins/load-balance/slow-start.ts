import { mix } from './hash-text.ts';
import { Remembered } from './remembered.ts';
import type { Weighted } from './weights.ts';

/** What a backend gets at first, as a share of its weight. */
export const firstShare = 0.1;
/** A backend that other plugins leave out for single exchanges only has not been away. */
export const awayAfterMs = 1_000;

interface Ramp {
  seenAtMs: number;
  startedAtMs: number;
  share: number;
}

/** When backends were seen and began to ramp up, handed on from one configuration to the next. */
export class Sightings {
  lastAtMs = -Infinity;
  readonly ramps = new Remembered<Ramp>();
}

const newRamp = (): Ramp => ({ seenAtMs: -Infinity, startedAtMs: -Infinity, share: 1 });

/** Lets the weight of a backend that is new, or that was away, grow from a tenth to all of it. */
export class SlowStart<B extends Weighted> {
  readonly #durationMs: number;
  readonly #now: () => number;
  readonly #sightings: Sightings;
  readonly #ramps: Map<B, Ramp>;
  #greatestShare = 1;

  constructor(backends: readonly B[], durationMs: number, now: () => number, sightings = new Sightings()) {
    this.#durationMs = durationMs;
    this.#now = now;
    this.#sightings = sightings;
    this.#ramps = sightings.ramps.of(backends, newRamp);
  }

  /** These are the candidates of an exchange, before any other call about it. */
  see(candidates: readonly B[]): void {
    const nowMs = this.#now();
    let greatest = 0;
    for (const backend of candidates) {
      const ramp = this.#ramps.get(backend);
      greatest = Math.max(greatest, ramp === undefined ? 1 : this.#advance(ramp, nowMs));
    }
    this.#sightings.lastAtMs = nowMs;
    this.#greatestShare = greatest;
  }

  readonly weightOf = (backend: B): number => backend.weight * (this.#ramps.get(backend)?.share ?? 1);

  /** Whether a key that hashes to this may go to the backend already; once it may, it may from then on. */
  admits(backend: B, hash: number): boolean {
    const share = (this.#ramps.get(backend)?.share ?? 1) / this.#greatestShare;
    return share >= 1 || mix(hash ^ 0x5bd1e995) / 0x1_0000_0000 < share;
  }

  #advance(ramp: Ramp, nowMs: number): number {
    // how long exchanges came without it; a time without any exchange does not count
    const awayMs = this.#sightings.lastAtMs - ramp.seenAtMs;
    if (ramp.seenAtMs === -Infinity || awayMs >= awayAfterMs) ramp.startedAtMs = nowMs;
    ramp.seenAtMs = nowMs;
    const progress = (nowMs - ramp.startedAtMs) / this.#durationMs;
    return (ramp.share = Math.min(1, Math.max(firstShare, progress)));
  }
}
