import { ConfigurationError } from '../errors.ts';
import { type Limits, resolveLimits } from '../limits.ts';
import { createLog } from '../log/create.ts';
import { FailureLog } from '../log/failure-log.ts';
import type { Logger } from '../log/logger.ts';
import type { Inbound } from '../pipeline/drafts.ts';
import type { IsInScope } from '../pipeline/facade.ts';
import { type HookName, Hooks, listTaps, type TapListing } from '../pipeline/hooks.ts';
import type { LiveExchange, Pipeline } from '../pipeline/live-exchange.ts';
import { flattenPlugins, type PluginScope } from '../pipeline/plugin.ts';
import { type IdentifiedEntry, identify } from '../pipeline/identities.ts';
import { InstrumentDraft } from '../pipeline/instrument-draft.ts';
import { Instruments } from '../pipeline/instruments.ts';
import { type HostSurroundings, Services } from '../pipeline/plugin-host.ts';
import { RetainedValues } from '../pipeline/retained.ts';
import { TrailRequests } from '../pipeline/trail-requests.ts';
import { TurningPoints } from '../pipeline/turning-points.ts';
import type { StepBounds } from '../pipeline/within.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { BackendOverrides } from './backend-overrides.ts';
import { CertificateSource } from './certificates.ts';
import type { GatewayConfig, ListenerConfig } from './configuration.ts';
import { createListenerTls, type ListenerTls } from './listener-tls.ts';
import { findProblems } from './problems.ts';
import { findListenersWithoutCertificates } from './tls-problems.ts';
import { judgeRoutes } from './judge-routes.ts';
import { Route } from './route.ts';
import { Router } from './router.ts';
import { setUpPlugins, startPlugins } from './set-up.ts';
import { Upstreams } from './upstreams.ts';

/** What generations share, one after the other. */
export interface GenerationParts {
  /** Counts the generations, from 1. */
  readonly number: number;
  readonly log: Logger;
  readonly retained: RetainedValues;
  readonly instruments: Instruments;
  readonly overrides: BackendOverrides;
  /** The plugins of the generation in service, whose retained values go on. */
  readonly before: readonly IdentifiedEntry[];
  /** Services that the gateway itself provides. */
  readonly services: Services;
  /** Gives up the set-up and the start. */
  readonly signal?: AbortSignal | undefined;
}

/** One loaded configuration: its routes, upstreams, plugin instances and hooks. An exchange keeps its generation. */
export class Generation implements Pipeline {
  readonly number: number;
  readonly config: GatewayConfig;
  readonly limits: Limits;
  readonly tunnelIdleTimeoutMs: number;
  readonly hookTimeoutMs: number;
  readonly hooks = new Hooks();
  readonly log: Logger;
  readonly failures: FailureLog;
  readonly services: Services;
  readonly routes: readonly Route[];
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly plugins: readonly IdentifiedEntry[];
  /** How those listeners speak TLS that do. */
  tls: ReadonlyMap<ListenerConfig, ListenerTls> = new Map();
  /** Exchanges that have begun and are not settled. */
  activeExchanges = 0;
  readonly #router: Router;
  readonly #upstreams: Upstreams;
  readonly #turningPoints: TurningPoints;
  readonly #bounds: StepBounds;
  readonly #trails = new TrailRequests();
  readonly #instruments: InstrumentDraft;
  #onIdle: (() => void) | undefined;

  private constructor(config: GatewayConfig, plugins: readonly IdentifiedEntry[], parts: GenerationParts) {
    this.number = parts.number;
    this.config = config;
    this.plugins = plugins;
    this.log = parts.log;
    this.failures = new FailureLog(parts.log);
    this.services = parts.services;
    this.limits = resolveLimits(config.limits);
    this.tunnelIdleTimeoutMs = this.limits.tunnelIdleTimeoutMs;
    this.hookTimeoutMs = this.limits.hookTimeoutMs;
    const { retained, overrides, signal } = parts;
    this.#instruments = new InstrumentDraft(parts.instruments);
    const timeoutMs = this.limits.setUpTimeoutMs;
    this.#bounds = { timeoutMs, signal };
    this.#turningPoints = new TurningPoints(this.log, timeoutMs);
    this.#upstreams = new Upstreams(config.upstreams, { limits: this.limits, retained, overrides });
    this.upstreams = this.#upstreams.all;
    this.routes = config.routes.map(
      (route, index) => new Route(route, this.upstreams.get(route.upstream)!, index),
    );
    this.#router = new Router(this.routes);
  }

  /**
   * Validates a configuration and sets up its plugins, in order; nothing runs before `start`.
   * @throws ConfigurationError with everything that is wrong; what was set up before is undone.
   */
  static async create(config: GatewayConfig, parts: GenerationParts): Promise<Generation> {
    const plugins = flattenPlugins(config.plugins ?? []);
    const problems = findProblems(config, plugins);
    if (problems.length > 0) throw new ConfigurationError(problems);
    const generation = new Generation(config, identify(plugins, parts.before), parts);
    try {
      await generation.#setUp(parts);
      generation.#encrypt(config);
    } catch (error) {
      await generation.dispose();
      throw error;
    }
    return generation;
  }

  /**
   * Starts what its plugins run beside the exchanges.
   * @throws ConfigurationError that names the plugin which could not.
   */
  async start(): Promise<void> {
    for (const { name, backends } of this.upstreams.values())
      if (backends.some(({ tls }) => tls?.verifies === false))
        this.log.warn({ upstream: name }, 'anybody may pass for these backends: tls › verify is false');
    await startPlugins(this.#turningPoints, this.#bounds);
  }

  /** From now on new exchanges live in it. */
  enterService(): void {
    this.#instruments.publish();
  }

  /** Another generation has taken over. */
  retire(): void {
    this.#instruments.retire();
    this.#turningPoints.retire();
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
    this.#turningPoints.reopen();
  }

  /** Resolves when no exchange runs. */
  async idle(): Promise<void> {
    if (this.activeExchanges > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }

  /** Undoes the set-up of its plugins, also of what they started, and lets go of its connections to backends. */
  async dispose(): Promise<void> {
    this.retire();
    this.#upstreams.release();
    this.failures.close();
    await this.#turningPoints.cleanups.run();
  }

  async #setUp({ retained }: GenerationParts): Promise<void> {
    const { hooks, services, log, failures, upstreams } = this;
    const turningPoints = this.#turningPoints;
    const surroundings: HostSurroundings = {
      hooks,
      upstreams,
      routes: this.routes,
      services,
      retained,
      instruments: this.#instruments,
      turningPoints,
      log,
      failures,
      trails: this.#trails,
    };
    await setUpPlugins(this.plugins, (scope) => this.#scopeOf(scope), surroundings, this.#bounds);
    this.#trails.apply(hooks, (inbound) => judgeRoutes(this.routes, inbound, this.findRoute(inbound)));
  }

  #encrypt(config: GatewayConfig): void {
    const sources = this.services.all(CertificateSource);
    const lacking = sources.length > 0 ? [] : findListenersWithoutCertificates(config);
    if (lacking.length > 0) throw new ConfigurationError(lacking);
    this.tls = createListenerTls(config.listeners, sources);
  }

  #scopeOf(scope: PluginScope | undefined): IsInScope {
    if (scope === undefined) return undefined;
    const routes = new Set<unknown>(
      this.routes.filter(({ name }) => name !== undefined && scope.routes.includes(name)),
    );
    return (exchange) => routes.has(exchange.route);
  }
}

/** Validates a configuration and sets its plugins up, for looking at it only. Dispose of it. */
export function createDryGeneration(config: GatewayConfig): Promise<Generation> {
  return Generation.create(config, {
    number: 0,
    log: createLog({ level: 'silent' }).logger,
    retained: new RetainedValues(),
    before: [],
    instruments: new Instruments(),
    overrides: new BackendOverrides(),
    services: new Services(),
  });
}
