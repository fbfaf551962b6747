import type { Backend } from '../../core/index.ts';
import type { Standing } from './standing.ts';
import type { BackendHealth, Condition, HealthChange } from './tokens.ts';
import type { UpstreamHealth } from './upstream-health.ts';

/** The health of all upstreams that the entries of the plugin watch. */
export class HealthDirectory implements BackendHealth {
  readonly #watched = new Set<string>();
  readonly #standings = new Map<Backend, Standing>();
  readonly #listeners = new Set<(change: HealthChange) => void>();
  readonly #onListenerFailed: (error: unknown) => void;

  /** Listeners are of other plugins: what one throws goes to `onListenerFailed`. */
  constructor(onListenerFailed: (error: unknown) => void) {
    this.#onListenerFailed = onListenerFailed;
  }

  /** @throws Error when another entry watches the upstream already. */
  add(health: UpstreamHealth): void {
    if (this.#watched.has(health.name)) {
      throw new Error(`The upstream ${health.name} is watched by another entry of health-check.`);
    }
    this.#watched.add(health.name);
    for (const [backend, standing] of health.standings) this.#standings.set(backend, standing);
    health.onChange((change) => {
      for (const listener of this.#listeners) this.#tell(listener, change);
    });
  }

  #tell(listener: (change: HealthChange) => void, change: HealthChange): void {
    try {
      listener(change);
    } catch (error) {
      this.#onListenerFailed(error);
    }
  }

  isHealthy(backend: Backend): boolean {
    return this.#standings.get(backend)?.isHealthy ?? true;
  }

  state(backend: Backend): Condition {
    return this.#standings.get(backend)?.condition ?? 'healthy';
  }

  onChange(listener: (change: HealthChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
