import { type Backend, Service, type Upstream } from '../../core/index.ts';
import type { CircuitState } from './breaker.ts';

export type { CircuitState };

/** What other plugins may ask about the circuits of upstreams; those that nobody watches are closed and unlimited. */
export interface CircuitDirectory {
  /** True while requests to the upstream are answered with 503. */
  isOpen(upstream: Upstream): boolean;
  /** The state of the circuit that a backend belongs to: its own, or the one that it shares with the whole upstream. */
  stateOf(upstream: Upstream, backend: Backend): CircuitState;
  /** Takes room for a retry; false when there is none, or the circuit is open. */
  takeRetry(upstream: Upstream): boolean;
  /** Gives the room back that was taken. */
  releaseRetry(upstream: Upstream): void;
}

/** The circuits of the upstreams, for other plugins. */
export const Circuits = new Service<CircuitDirectory>('circuits');
