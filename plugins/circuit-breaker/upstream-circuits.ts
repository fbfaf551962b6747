import type { Backend, Upstream } from '../../core/index.ts';
import { Circuit, type CircuitLimits } from './circuit.ts';
import type { Breaker } from './breaker.ts';

/** Why an upstream takes no request. */
export type Refused = { readonly isOpen: true; readonly waitMs: number } | { readonly isOpen: false };

/** The circuit of an upstream, or those of its backends. */
export class UpstreamCircuits {
  readonly upstream: Upstream;
  readonly #circuits: readonly Circuit[];
  /** The one circuit of all backends. */
  readonly #shared: Circuit | undefined;
  readonly #ofBackend: ReadonlyMap<Backend, Circuit>;
  readonly #maxRetries: number;
  #retries = 0;

  /** `breakerOf` is asked once for undefined, or for each backend. */
  constructor(
    upstream: Upstream,
    per: 'upstream' | 'backend',
    limits: CircuitLimits,
    breakerOf: (backend: Backend | undefined) => Breaker,
  ) {
    const { backends, candidates } = upstream;
    this.upstream = upstream;
    this.#maxRetries = limits.maxRetries ?? Infinity;
    if (per === 'upstream') {
      const circuit = new Circuit(breakerOf(undefined), backends, limits);
      this.#shared = circuit;
      this.#circuits = [circuit];
      this.#ofBackend = new Map(backends.map((backend) => [backend, circuit]));
    } else {
      const circuitOf = (backend: Backend): Circuit => new Circuit(breakerOf(backend), [backend], limits);
      this.#ofBackend = new Map(candidates.map((backend) => [backend, circuitOf(backend)]));
      this.#circuits = [...this.#ofBackend.values()];
    }
  }

  /** By the names of their backends, or empty for that of all. */
  get breakers(): readonly (readonly [backend: string, breaker: Breaker])[] {
    if (this.#shared !== undefined) return [['', this.#shared.breaker]];
    return [...this.#ofBackend].map(([{ name }, { breaker }]) => [name, breaker] as const);
  }

  /** Why no request may pass; undefined when one may. */
  get refused(): Refused | undefined {
    for (const circuit of this.#circuits) if (circuit.admits) return undefined;
    if (this.#circuits.length === 0) return undefined; // all are draining, which is no failure
    if (!this.isOpen) return { isOpen: false };
    return { isOpen: true, waitMs: Math.min(...this.#circuits.map(({ breaker }) => breaker.waitMs)) };
  }

  get isOpen(): boolean {
    for (const { breaker } of this.#circuits) if (breaker.admits) return false;
    return this.#circuits.length > 0;
  }

  breakerOf(backend: Backend): Breaker | undefined {
    return this.#ofBackend.get(backend)?.breaker;
  }

  /** The candidates that may get a request now. */
  narrow(candidates: readonly Backend[]): readonly Backend[] {
    if (this.#shared !== undefined) return this.#shared.admits ? candidates : [];
    for (const candidate of candidates) {
      if (!this.#admits(candidate)) return candidates.filter((backend) => this.#admits(backend));
    }
    return candidates;
  }

  takeRetry(): boolean {
    if (this.#retries >= this.#maxRetries || this.isOpen) return false;
    this.#retries++;
    return true;
  }

  releaseRetry(): void {
    this.#retries--;
  }

  #admits(backend: Backend): boolean {
    return this.#ofBackend.get(backend)?.admits !== false;
  }
}
