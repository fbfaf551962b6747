import type { Backend, Upstream } from '../../core/index.ts';
import { Circuits } from '../circuit-breaker/tokens.ts';
import { Health } from '../health-check/tokens.ts';
import type { BackendState, UpstreamState } from './schemas.ts';
import type { GatewayView } from './view.ts';

/** How a backend stands now. */
export function backendState({ use }: GatewayView, upstream: Upstream, backend: Backend): BackendState {
  const { name, url, weight, isDraining, activeAttempts, pool } = backend;
  return {
    name,
    url: url.origin,
    weight,
    isDraining,
    health: use(Health)?.state(backend) ?? 'unknown',
    circuit: use(Circuits)?.stateOf(upstream, backend) ?? 'none',
    activeAttempts,
    connections: { open: pool.size, idle: pool.idleCount, connecting: pool.connectingCount },
    queued: pool.queueLength,
  };
}

/** Whether a request may be sent to a backend, as far as somebody watches it. */
function isUsable({ isDraining, health, circuit }: BackendState): boolean {
  return !isDraining && (health === 'healthy' || health === 'unknown') && circuit !== 'open';
}

/** How an upstream and its backends stand now. */
export function upstreamState(view: GatewayView, upstream: Upstream): UpstreamState {
  const backends = upstream.backends.map((backend) => backendState(view, upstream, backend));
  return { name: upstream.name, usableBackends: backends.filter(isUsable).length, backends };
}
