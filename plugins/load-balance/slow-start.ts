import { mix } from './hash-text.ts';
import { type Retain, retainForEach, retainNothing } from './retain.ts';
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

/** When the last exchange came, whoever its candidates were. */
interface LastSight {
  atMs: number;
}

const newRamp = (): Ramp => ({ seenAtMs: -Infinity, startedAtMs: -Infinity, share: 1 });

/** Lets the weight of a backend that is new, or that was away, grow from a tenth to all of it. */
export class SlowStart<B extends Weighted> {
  readonly #durationMs: number;
  readonly #now: () => number;
  readonly #last: LastSight;
  readonly #ramps: Map<B, Ramp>;

  constructor(backends: readonly B[], durationMs: number, now: () => number, retain: Retain = retainNothing) {
    this.#durationMs = durationMs;
    this.#now = now;
    this.#last = retain('last-sight', () => ({ atMs: -Infinity }));
    this.#ramps = retainForEach(backends, retain, 'ramp', newRamp);
  }

  /** These are the candidates of an exchange, before any other call about it. */
  see(candidates: readonly B[]): void {
    const nowMs = this.#now();
    for (const backend of candidates) {
      const ramp = this.#ramps.get(backend);
      if (ramp !== undefined) this.#advance(ramp, nowMs);
    }
    this.#last.atMs = nowMs;
  }

  readonly weightOf = (backend: B): number => backend.weight * this.#shareOf(backend);

  /** The share of those among these that have ramped up furthest. */
  greatestShareOf(candidates: readonly B[]): number {
    let greatest = 0;
    for (const each of candidates) greatest = Math.max(greatest, this.#shareOf(each));
    return greatest;
  }

  /**
   * Whether a key that hashes to this may go to the backend already; once it may, it may from then on. Those that have
   * the greatest share among the candidates take every key.
   */
  admits(backend: B, hash: number, greatestShare: number): boolean {
    const share = this.#shareOf(backend) / greatestShare;
    return share >= 1 || mix(hash ^ 0x5bd1e995) / 0x1_0000_0000 < share;
  }

  #shareOf(backend: B): number {
    return this.#ramps.get(backend)?.share ?? 1;
  }

  #advance(ramp: Ramp, nowMs: number): void {
    // how long exchanges came without it; a time without any exchange does not count
    const awayMs = this.#last.atMs - ramp.seenAtMs;
    if (ramp.seenAtMs === -Infinity || awayMs >= awayAfterMs) ramp.startedAtMs = nowMs;
    ramp.seenAtMs = nowMs;
    const progress = (nowMs - ramp.startedAtMs) / this.#durationMs;
    ramp.share = Math.min(1, Math.max(firstShare, progress));
  }
}
