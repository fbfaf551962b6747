import { type Limits, resolveLimits } from '../limits.ts';
import type { Log, Logger, LogLevel } from '../log/logger.ts';
import type { RouteInfo } from '../pipeline/exchange.ts';
import { Instruments } from '../pipeline/instruments.ts';
import { Services } from '../pipeline/plugin-host.ts';
import { RetainedValues } from '../pipeline/retained.ts';
import { within } from '../pipeline/within.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { version } from '../version.ts';
import { type BackendOverride, BackendOverrides } from './backend-overrides.ts';
import { Changes } from './changes.ts';
import type { GatewayConfig } from './configuration.ts';
import { Control, type GatewayControl, type ReloadRecord } from './control.ts';
import type { CloseOptions, Gateway, GatewayOptions } from './gateway.ts';
import { Generation } from './generation.ts';
import { Generations, type GenerationsOwner } from './generations.ts';
import type { ListenerOwner } from './listener.ts';
import { type ListenerChange, Listeners } from './listeners.ts';
import { ReloadRecords } from './reload-records.ts';

const defaultDrainTimeoutMs = 30_000;
const defaultLevel: LogLevel = 'info';

/** A gateway with its configurations one after the other, of which the last one is in service. */
export class RunningGateway implements Gateway, GatewayControl, ListenerOwner, GenerationsOwner {
  readonly version = version;
  readonly startedAt = new Date();
  readonly log: Logger;
  readonly instruments = new Instruments();
  openConnections = 0;
  readonly #firstConfig: GatewayConfig;
  readonly #load: GatewayOptions['load'];
  readonly #log: Log;
  readonly #retained = new RetainedValues();
  readonly #listeners = new Listeners(this);
  readonly #reloads: ReloadRecords;
  #overrides = new BackendOverrides();
  readonly #generations = new Generations(this);
  readonly #changes = new Changes();
  #closing: Promise<void> | undefined;
  #onDrained: (() => void) | undefined;

  constructor(config: GatewayConfig, log: Log, { load, onReload }: GatewayOptions) {
    this.#firstConfig = config;
    this.#load = load;
    this.#log = log;
    this.log = log.logger;
    this.#reloads = new ReloadRecords(this.log, this.instruments, onReload);
  }

  get control(): GatewayControl {
    return this;
  }

  get generation(): number {
    return this.#current?.number ?? 0;
  }

  get retiredGenerations(): number {
    return this.#generations.retiredCount;
  }

  get configuration(): GatewayConfig {
    return this.#current?.config ?? this.#firstConfig;
  }

  get limits(): Limits {
    return this.#current?.limits ?? resolveLimits(this.configuration.limits);
  }

  get drainTimeoutMs(): number {
    return this.configuration.drainTimeoutMs ?? defaultDrainTimeoutMs;
  }

  get serving(): Generation {
    return this.#current!;
  }

  get addresses(): readonly { readonly host: string; readonly port: number }[] {
    return this.#listeners.addresses;
  }

  get isClosing(): boolean {
    return this.#changes.isOver;
  }

  get lastReload(): ReloadRecord | undefined {
    return this.#reloads.last;
  }

  get routes(): readonly RouteInfo[] {
    return this.#current?.routes ?? [];
  }

  get upstreams(): ReadonlyMap<string, Upstream> {
    return this.#current?.upstreams ?? new Map<string, Upstream>();
  }

  get activeExchanges(): number {
    return this.#generations.activeExchanges;
  }

  get logLevel(): LogLevel {
    return this.#log.level;
  }

  set logLevel(level: LogLevel) {
    this.#log.level = level;
  }

  async listen(): Promise<Gateway> {
    await this.#changes.add(() => this.#install(this.#firstConfig, this.#overrides));
    for (const address of this.addresses) this.log.info(address, 'listening');
    return this;
  }

  reload(config?: GatewayConfig): Promise<void> {
    return this.#changes.add(
      config === undefined ? this.#reloadFromSource : () => this.#reload(() => config),
    );
  }

  overrideBackend(upstream: string, backend: string, override: BackendOverride): Promise<void> {
    return this.#changes.add(async () => {
      const isKnown = this.upstreams.get(upstream)?.backends.some(({ name }) => name === backend);
      if (isKnown !== true)
        throw new RangeError(`There is no backend ${backend} of an upstream ${upstream}.`);
      const overrides = this.#overrides.with(upstream, backend, override);
      await this.#install(this.configuration, overrides);
      this.#overrides = overrides;
      this.log.info({ upstream, backend, ...override }, 'backend overridden');
    });
  }

  close({ now = false }: CloseOptions = {}): Promise<void> {
    this.#changes.end(new Error('The gateway is closing.'));
    this.#closing ??= this.#drain(now ? 0 : this.drainTimeoutMs);
    if (now) this.#cut();
    return this.#closing;
  }

  reopenFiles(): void {
    this.#log.reopen();
    this.#generations.reopenFiles();
  }

  onConnectionClosed(): void {
    if (this.openConnections === 0) this.#onDrained?.();
  }

  cut(generation: Generation): void {
    this.#listeners.cut(generation);
  }

  get #current(): Generation | undefined {
    return this.#generations.current;
  }

  readonly #reloadFromSource = (): Promise<void> =>
    this.#reload(async () => (await this.#load?.()) ?? this.configuration);

  async #reload(load: () => GatewayConfig | Promise<GatewayConfig>): Promise<void> {
    const { signal } = this.#changes;
    try {
      const bounds = { timeoutMs: this.limits.setUpTimeoutMs, signal };
      await this.#install(await within(load, bounds, 'The configuration was not loaded'), this.#overrides);
      this.#reloads.add(this.generation);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      this.#reloads.add(this.generation, error as Error);
      throw error;
    }
  }

  /** Builds a generation and puts it into service; when that fails, nothing has changed. */
  async #install(config: GatewayConfig, overrides: BackendOverrides): Promise<void> {
    const next = await this.#build(config, overrides);
    let change: ListenerChange | undefined;
    try {
      await next.start();
      change = await this.#listeners.prepare(config.listeners);
      this.#changes.signal.throwIfAborted();
    } catch (error) {
      if (change !== undefined) await this.#listeners.abandon(change);
      await next.dispose();
      throw error;
    }
    this.#succeed(next);
    this.#listeners.adopt(change, config.listeners);
  }

  #build(config: GatewayConfig, overrides: BackendOverrides): Promise<Generation> {
    const services = new Services();
    services.provide(Control, this, 'hookway');
    return Generation.create(config, {
      number: this.generation + 1,
      log: this.log,
      retained: this.#retained,
      before: this.#current?.plugins ?? [],
      instruments: this.instruments,
      overrides,
      services,
      signal: this.#changes.signal,
    });
  }

  #succeed(next: Generation): void {
    const previous = this.#current;
    this.#generations.succeed(next);
    if (previous === undefined) return;
    const { level = defaultLevel } = next.config.log ?? {};
    if (level !== (previous.config.log?.level ?? defaultLevel)) this.logLevel = level;
  }

  async #drain(timeoutMs: number): Promise<void> {
    this.#listeners.drain();
    await this.#changes.idle();
    const drained = new Promise<void>((resolve) => (this.#onDrained = resolve));
    if (this.openConnections > 0) {
      const timer = setTimeout(() => this.#cut(), timeoutMs);
      await drained;
      clearTimeout(timer);
    }
    await this.#generations.end();
    await this.#log.flush();
  }

  #cut(): void {
    if (this.openConnections > 0)
      this.log.warn({ connections: this.openConnections }, 'closing what still runs');
    this.#listeners.cut();
  }
}
