import { Service, type Upstream } from '../../core/index.ts';

/** What other plugins may ask about the circuits of upstreams; those that nobody watches are closed and unlimited. */
export interface CircuitDirectory {
  /** True while requests to the upstream are answered with 503. */
  isOpen(upstream: Upstream): boolean;
  /** Takes room for a retry; false when there is none, or the circuit is open. */
  takeRetry(upstream: Upstream): boolean;
  /** Gives the room back that was taken. */
  releaseRetry(upstream: Upstream): void;
}

/** The circuits of the upstreams, for other plugins. */
export const Circuits = new Service<CircuitDirectory>('circuits');
