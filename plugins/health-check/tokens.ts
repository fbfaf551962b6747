import { type Backend, Service } from '../../core/index.ts';

/** How a backend stands: `down` by its probes, `ejected` for a time by what requests met. */
export type Condition = 'healthy' | 'ejected' | 'down';

/** A backend stands differently than before. */
export interface HealthChange {
  readonly backend: Backend;
  readonly upstream: string;
  readonly from: Condition;
  readonly to: Condition;
  /** For people: `5 failures in a row`. */
  readonly reason: string;
}

/** What is known of all backends that some entry of the plugin watches; others are healthy. */
export interface BackendHealth {
  isHealthy(backend: Backend): boolean;
  state(backend: Backend): Condition;
  /** Calls `listener` after every change; the function that is returned ends that. */
  onChange(listener: (change: HealthChange) => void): () => void;
}

/** Which backends are healthy, for other plugins. */
export const Health = new Service<BackendHealth>('health');
