import { Draw } from './draw.ts';
import { Latency } from './latency.ts';
import { type Retain, retainForEach, retainNothing } from './retain.ts';
import type { Loaded, Random, WeightOf } from './weights.ts';

/** An attempt without a response took at least this long, or a backend that refuses would look fast. */
export const failedAttemptMs = 1_000;

/** A backend of which nothing is known yet gets no second request before it has answered the first. */
const unknownMs = 1e9;

export interface PeakEwmaSettings {
  readonly decayMs: number;
  readonly random: Random;
  /** Milliseconds of the clock that attempts are stamped with. */
  readonly now: () => number;
}

/** What is needed of an attempt to learn from it. */
export interface TimedAttempt<B> {
  readonly backend: B;
  readonly startedAtMs: number;
  readonly responseAtMs: number;
  readonly error: { readonly fault: string } | undefined;
}

/** Draws two backends and takes the one that will answer sooner: by its latency and how many wait there already. */
export class PeakEwma<B extends Loaded> {
  readonly #draw: Draw<B>;
  readonly #weightOf: WeightOf<B>;
  readonly #settings: PeakEwmaSettings;
  readonly #latencies: Map<B, Latency>;

  constructor(
    backends: readonly B[],
    weightOf: WeightOf<B>,
    settings: PeakEwmaSettings,
    retain: Retain = retainNothing,
  ) {
    this.#draw = new Draw(backends, weightOf, settings.random);
    this.#weightOf = weightOf;
    this.#settings = settings;
    this.#latencies = retainForEach(backends, retain, 'latency', () => new Latency());
  }

  pick(candidates: readonly B[]): B {
    const nowMs = this.#settings.now();
    const first = this.#draw.one(candidates);
    const second = this.#draw.another(candidates, first);
    return this.#cost(second, nowMs) < this.#cost(first, nowMs) ? second : first;
  }

  observe({ backend, startedAtMs, responseAtMs, error }: TimedAttempt<B>): void {
    const latency = this.#latencies.get(backend);
    const { decayMs, now } = this.#settings;
    if (responseAtMs > 0) return latency?.observe(responseAtMs - startedAtMs, responseAtMs, decayMs);
    if (error === undefined || error.fault === 'client') return;
    const nowMs = now();
    latency?.observe(Math.max(failedAttemptMs, nowMs - startedAtMs), nowMs, decayMs);
  }

  #cost(backend: B, nowMs: number): number {
    const { activeAttempts } = backend;
    const latency = this.#latencies.get(backend);
    const weight = this.#weightOf(backend);
    if (latency?.isKnown !== true) return activeAttempts === 0 ? 0 : (unknownMs * activeAttempts) / weight;
    return (latency.expectMs(nowMs, this.#settings.decayMs) * (activeAttempts + 1)) / weight;
  }
}
