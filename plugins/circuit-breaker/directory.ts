import type { Backend, Upstream } from '../../core/index.ts';
import type { CircuitDirectory, CircuitState } from './tokens.ts';
import type { UpstreamCircuits } from './upstream-circuits.ts';

/** The circuits of all upstreams that the entries of the plugin watch. */
export class WatchedCircuits implements CircuitDirectory {
  readonly #watched = new Map<Upstream, UpstreamCircuits>();

  /** @throws Error when another entry watches the upstream already. */
  add(circuits: UpstreamCircuits): void {
    const { upstream } = circuits;
    if (this.#watched.has(upstream)) {
      throw new Error(`The upstream ${upstream.name} is watched by another entry of circuit-breaker.`);
    }
    this.#watched.set(upstream, circuits);
  }

  isOpen(upstream: Upstream): boolean {
    return this.#watched.get(upstream)?.isOpen === true;
  }

  stateOf(upstream: Upstream, backend: Backend): CircuitState {
    return this.#watched.get(upstream)?.breakerOf(backend)?.state ?? 'closed';
  }

  takeRetry(upstream: Upstream): boolean {
    return this.#watched.get(upstream)?.takeRetry() !== false;
  }

  releaseRetry(upstream: Upstream): void {
    this.#watched.get(upstream)?.releaseRetry();
  }
}
