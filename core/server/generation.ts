import { ConfigurationError, type ConfigurationProblem } from '../errors.ts';
import { type Limits, resolveLimits } from '../limits.ts';
import type { Logger } from '../log/logger.ts';
import type { Inbound } from '../pipeline/drafts.ts';
import type { IsInScope } from '../pipeline/facade.ts';
import { type HookName, hookNames, Hooks, listTaps, type TapListing } from '../pipeline/hooks.ts';
import type { LiveExchange, Pipeline } from '../pipeline/live-exchange.ts';
import { flattenPlugins, type PluginEntry, type PluginScope } from '../pipeline/plugin.ts';
import { Cleanups, createPluginHost, type HostSurroundings, Services } from '../pipeline/plugin-host.ts';
import type { RetainedValues } from '../pipeline/retained.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { GatewayConfig } from './configuration.ts';
import { findProblems } from './problems.ts';
import { Route } from './route.ts';
import { Router } from './router.ts';
import { createUpstream } from './upstreams.ts';

/** One loaded configuration: its routes, upstreams, plugin instances and hooks. An exchange keeps its generation. */
export class Generation implements Pipeline {
  readonly limits: Limits;
  readonly tunnelIdleTimeoutMs: number;
  readonly hookTimeoutMs: number;
  readonly hooks = new Hooks();
  readonly log: Logger;
  readonly services = new Services();
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** Exchanges that have begun and are not settled. */
  activeExchanges = 0;
  readonly #router: Router;
  readonly #routes: readonly Route[];
  readonly #cleanups = new Cleanups();
  readonly #reopeners: (() => void)[] = [];
  #onIdle: (() => void) | undefined;

  private constructor(config: GatewayConfig, log: Logger) {
    this.log = log;
    this.limits = resolveLimits(config.limits);
    this.tunnelIdleTimeoutMs = this.limits.tunnelIdleTimeoutMs;
    this.hookTimeoutMs = this.limits.hookTimeoutMs;
    const upstreams = Object.entries(config.upstreams);
    this.upstreams = new Map(
      upstreams.map(([name, upstream]) => [name, createUpstream(name, upstream, this.limits)]),
    );
    this.#routes = config.routes.map(
      (route, index) => new Route(route, this.upstreams.get(route.upstream)!, index),
    );
    this.#router = new Router(this.#routes);
  }

  /**
   * Validates a configuration and sets up its plugins, in order.
   * @throws ConfigurationError with everything that is wrong; what was set up before is undone.
   */
  static async create(config: GatewayConfig, log: Logger, retained: RetainedValues): Promise<Generation> {
    const plugins = flattenPlugins(config.plugins ?? []);
    const problems = findProblems(config, plugins);
    if (problems.length > 0) throw new ConfigurationError(problems);
    const generation = new Generation(config, log);
    try {
      await generation.#setUp(plugins, retained);
    } catch (error) {
      await generation.dispose();
      throw error;
    }
    return generation;
  }

  findRoute(inbound: Inbound): Route | undefined {
    return this.#router.find(inbound);
  }

  onSettled(_exchange: LiveExchange): void {
    this.activeExchanges--;
    if (this.activeExchanges === 0) this.#onIdle?.();
  }

  /** The taps of a hook in the order in which they run. */
  tapsOf(hook: HookName): TapListing[] {
    return listTaps(this.hooks, hook);
  }

  reopenFiles(): void {
    for (const reopen of this.#reopeners) reopen();
  }

  /** Resolves when no exchange runs. */
  async idle(): Promise<void> {
    if (this.activeExchanges > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }

  /** Undoes the set-up of its plugins and closes its connections to backends. */
  async dispose(): Promise<void> {
    for (const upstream of this.upstreams.values()) upstream.close();
    await this.#cleanups.run(this.log);
  }

  async #setUp(plugins: readonly PluginEntry[], retained: RetainedValues): Promise<void> {
    const { hooks, services, log, upstreams } = this;
    const surroundings: HostSurroundings = {
      hooks,
      upstreams,
      services,
      retained,
      cleanups: this.#cleanups,
      log,
    };
    const instances = new Map<string, number>();
    for (const [index, entry] of plugins.entries()) {
      const { name } = entry.definition;
      const instance = instances.get(name) ?? 0;
      instances.set(name, instance + 1);
      const { host, seal } = createPluginHost(
        name,
        instance,
        entry.scope,
        this.#scopeOf(entry.scope),
        surroundings,
        this.#reopeners,
      );
      try {
        await entry.definition.setup(host, validatedOptions(entry));
      } catch (cause) {
        throw setUpFailed(`plugins[${index}] ${name}`, cause);
      }
      seal();
    }
    const unknown = hookNames.flatMap((hook) =>
      unknownBefore(hook, this.tapsOf(hook), new Set(instances.keys())),
    );
    if (unknown.length > 0) throw new ConfigurationError(unknown);
  }

  #scopeOf(scope: PluginScope | undefined): IsInScope {
    if (scope === undefined) return undefined;
    const routes = new Set<unknown>(
      this.#routes.filter(({ name }) => name !== undefined && scope.routes.includes(name)),
    );
    return (exchange) => routes.has(exchange.route);
  }
}

function validatedOptions({ definition, options }: PluginEntry): unknown {
  const result = definition.options?.safeParse(options ?? {});
  return result?.success === true ? result.data : undefined;
}

function setUpFailed(place: string, cause: unknown): ConfigurationError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const error = new ConfigurationError([{ place, message }]);
  error.cause = cause;
  return error;
}

function unknownBefore(
  hook: HookName,
  taps: readonly TapListing[],
  listed: ReadonlySet<string>,
): ConfigurationProblem[] {
  return taps.flatMap(({ plugin, before }) =>
    before
      .filter((name) => !listed.has(name))
      .map((name) => ({
        place: plugin,
        message: `taps ${hook} before ${JSON.stringify(name)}, which is not listed`,
      })),
  );
}
