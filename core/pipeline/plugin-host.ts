import type { FailureLog } from '../log/failure-log.ts';
import type { Logger } from '../log/logger.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { RouteInfo } from './exchange.ts';
import { HookFacade, type IsInScope } from './facade.ts';
import type { Hooks } from './hooks.ts';
import type { IdentifiedEntry } from './identities.ts';
import type { InstrumentDraft } from './instrument-draft.ts';
import type { InstrumentOptions } from './instruments.ts';
import type { PluginHost } from './plugin.ts';
import type { RetainedValues } from './retained.ts';
import type { Service } from './tokens.ts';
import type { TrailRequests } from './trail-requests.ts';
import type { TurningPoints } from './turning-points.ts';

/** What all plugins of one generation share. */
export interface HostSurroundings {
  readonly hooks: Hooks;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly routes: readonly RouteInfo[];
  readonly services: Services;
  readonly retained: RetainedValues;
  readonly instruments: InstrumentDraft;
  readonly turningPoints: TurningPoints;
  readonly log: Logger;
  readonly failures: FailureLog;
  readonly trails: TrailRequests;
}

/** Services of one generation by their tokens. */
export class Services {
  readonly #provided = new Map<Service<unknown>, { readonly services: unknown[]; readonly plugin: string }>();

  provide<T>(token: Service<T>, service: T, plugin: string): void {
    const existing = this.#provided.get(token);
    if (existing === undefined) this.#provided.set(token, { services: [service], plugin });
    else if (token.allowsMany) existing.services.push(service);
    else throw new Error(`${token.name} is already provided by the plugin ${existing.plugin}.`);
  }

  get<T>(token: Service<T>): T | undefined {
    return this.all(token)[0];
  }

  /** In the order of the plugins that provide it. */
  all<T>(token: Service<T>): readonly T[] {
    return (this.#provided.get(token)?.services ?? []) as T[];
  }
}

function named(plugin: string, options: InstrumentOptions): InstrumentOptions {
  return { ...options, name: `${plugin.replaceAll(/[^a-z0-9]/gi, '_')}_${options.name}` };
}

/** Gives one entry its host; what it retains belongs to its identity. */
export function createPluginHost(
  { entry: { definition, scope }, identity }: IdentifiedEntry,
  isInScope: IsInScope,
  surroundings: HostSurroundings,
): { readonly host: PluginHost; readonly seal: () => void } {
  const plugin = definition.name;
  const { hooks, services, retained, instruments, log, failures } = surroundings;
  const { cleanups, starts, retirements, reopeners } = surroundings.turningPoints;
  const pluginLog = log.child({ plugin });
  const facade = new HookFacade(hooks, plugin, scope, isInScope, failures);
  const host: PluginHost = {
    hooks: facade.hooks,
    log: pluginLog,
    upstreams: surroundings.upstreams,
    routes: surroundings.routes,
    provide: (token, service) => services.provide(token, service, plugin),
    use: (token) => services.get(token),
    retain: (key, create, dispose) => {
      const [value, release] = retained.hold(`${identity}:${key}`, create, dispose);
      cleanups.add(plugin, release);
      return value;
    },
    onStart: (run) => {
      starts.push({ plugin, run });
    },
    onRetired: (run) => {
      retirements.push({ plugin, run });
    },
    counter: (options) => instruments.define('counter', named(plugin, options)),
    gauge: (options, observe) => {
      const gauge = instruments.define('gauge', named(plugin, options));
      instruments.observe(gauge, (observed) => {
        try {
          observe(observed);
        } catch (err) {
          failures.report({ err, plugin, hook: 'gauge' }, 'plugin failed');
        }
      });
      return gauge;
    },
    defer: (cleanup) => cleanups.add(plugin, cleanup),
    onReopen: (run) => {
      reopeners.push({ plugin, run });
    },
    recordTrails: (isWanted) =>
      surroundings.trails.add(isWanted, isInScope, (err) =>
        failures.report({ err, plugin, hook: 'recordTrails' }, 'plugin failed'),
      ),
  };
  return { host, seal: () => facade.seal() };
}
