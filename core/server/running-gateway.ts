import type { Log, Logger, LogLevel } from '../log/logger.ts';
import type { RouteInfo } from '../pipeline/exchange.ts';
import { Instruments } from '../pipeline/instruments.ts';
import { Services } from '../pipeline/plugin-host.ts';
import { RetainedValues } from '../pipeline/retained.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { version } from '../version.ts';
import { type BackendOverride, BackendOverrides } from './backend-overrides.ts';
import type { GatewayConfig } from './configuration.ts';
import { Control, type GatewayControl, type ReloadRecord } from './control.ts';
import type { CloseOptions, Gateway, GatewayOptions } from './gateway.ts';
import { Generation } from './generation.ts';
import type { ListenerOwner } from './listener.ts';
import { Listeners } from './listeners.ts';

const defaultDrainTimeoutMs = 30_000;

/** A gateway with its configurations one after the other, of which the last one is in service. */
export class RunningGateway implements Gateway, GatewayControl, ListenerOwner {
  readonly version = version;
  readonly startedAt = new Date();
  readonly log: Logger;
  readonly instruments = new Instruments();
  openConnections = 0;
  isClosing = false;
  lastReload: ReloadRecord | undefined = undefined;
  readonly #firstConfig: GatewayConfig;
  readonly #load: GatewayOptions['load'];
  readonly #log: Log;
  readonly #retained = new RetainedValues();
  readonly #listeners = new Listeners(this);
  readonly #reloads = this.instruments.define('counter', {
    name: 'reloads_total',
    help: 'Attempts to change the configuration, by their result.',
    labels: ['result'],
  });
  #overrides = new BackendOverrides();
  #current: Generation | undefined;
  readonly #retired = new Map<Generation, Promise<void>>();
  #generations = 0;
  /** The change of the configuration that runs; the next one waits for it. */
  #changing: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #onDrained: (() => void) | undefined;

  constructor(config: GatewayConfig, log: Log, { load }: GatewayOptions) {
    this.#firstConfig = config;
    this.#load = load;
    this.#log = log;
    this.log = log.logger;
  }

  get control(): GatewayControl {
    return this;
  }

  get generation(): number {
    return this.#current?.number ?? 0;
  }

  get retiredGenerations(): number {
    return this.#retired.size;
  }

  get configuration(): GatewayConfig {
    return this.#current?.config ?? this.#firstConfig;
  }

  get serving(): Generation {
    return this.#current!;
  }

  get addresses(): readonly { readonly host: string; readonly port: number }[] {
    return this.#listeners.addresses;
  }

  get routes(): readonly RouteInfo[] {
    return this.#current?.routes ?? [];
  }

  get upstreams(): ReadonlyMap<string, Upstream> {
    return this.#current?.upstreams ?? new Map<string, Upstream>();
  }

  get activeExchanges(): number {
    let active = this.#current?.activeExchanges ?? 0;
    for (const generation of this.#retired.keys()) active += generation.activeExchanges;
    return active;
  }

  get logLevel(): LogLevel {
    return this.#log.level;
  }

  set logLevel(level: LogLevel) {
    this.#log.level = level;
  }

  async listen(): Promise<Gateway> {
    await this.#inTurn(() => this.#install(this.#firstConfig, this.#overrides));
    for (const address of this.addresses) this.log.info(address, 'listening');
    return this;
  }

  reload(config?: GatewayConfig): Promise<void> {
    return this.#inTurn(async () => {
      if (this.isClosing) throw new Error('The gateway is closing.');
      try {
        const next = config ?? (await this.#load?.()) ?? this.configuration;
        await this.#install(next, this.#overrides);
        this.#record(undefined);
      } catch (error) {
        this.#record(error as Error);
        throw error;
      }
    });
  }

  overrideBackend(upstream: string, backend: string, override: BackendOverride): Promise<void> {
    return this.#inTurn(async () => {
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
    this.isClosing = true;
    this.#closing ??= this.#drain(now ? 0 : this.#drainTimeoutMs);
    if (now) this.#cut();
    return this.#closing;
  }

  reopenFiles(): void {
    this.#log.reopen();
    this.#current?.reopenFiles();
    for (const generation of this.#retired.keys()) generation.reopenFiles();
  }

  onConnectionClosed(): void {
    if (this.openConnections === 0) this.#onDrained?.();
  }

  get #drainTimeoutMs(): number {
    return this.configuration.drainTimeoutMs ?? defaultDrainTimeoutMs;
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(change);
    this.#changing = done.catch(() => {});
    return done;
  }

  /** Builds a generation and puts it into service; when that fails, nothing has changed. */
  async #install(config: GatewayConfig, overrides: BackendOverrides): Promise<void> {
    const services = new Services();
    services.provide(Control, this, 'hookway');
    const next = await Generation.create(config, {
      number: this.#generations + 1,
      log: this.log,
      retained: this.#retained,
      instruments: this.instruments,
      overrides,
      services,
    });
    try {
      await next.start();
      const change = await this.#listeners.prepare(config.listeners);
      this.#succeed(next);
      this.#listeners.adopt(change, config.listeners);
    } catch (error) {
      await next.dispose();
      throw error;
    }
  }

  #succeed(next: Generation): void {
    const previous = this.#current;
    this.#current = next;
    this.#generations = next.number;
    if (previous === undefined) return;
    const level = next.config.log?.level;
    if (level !== undefined && level !== previous.config.log?.level) this.logLevel = level;
    this.#retired.set(
      previous,
      this.#retire(previous).finally(() => this.#retired.delete(previous)),
    );
  }

  /** Lets what began in a generation run to its end, for a time. */
  async #retire(generation: Generation): Promise<void> {
    generation.retire();
    const timer = setTimeout(() => {
      const { activeExchanges, number } = generation;
      this.log.warn(
        { exchanges: activeExchanges, generation: number },
        'ending what an old configuration still runs',
      );
      this.#listeners.cut(generation);
    }, this.#drainTimeoutMs);
    await generation.idle();
    clearTimeout(timer);
    await generation.dispose();
  }

  #record(error: Error | undefined): void {
    const { generation } = this;
    this.lastReload = { generation, at: new Date(), error };
    this.#reloads.of(error === undefined ? 'success' : 'failure').value++;
    if (error === undefined) this.log.info({ generation }, 'configuration reloaded');
    else this.log.error({ err: error, generation }, 'configuration refused, the old one goes on');
  }

  async #drain(timeoutMs: number): Promise<void> {
    await this.#changing;
    const drained = new Promise<void>((resolve) => (this.#onDrained = resolve));
    this.#listeners.drain();
    if (this.openConnections > 0) {
      const timer = setTimeout(() => this.#cut(), timeoutMs);
      await drained;
      clearTimeout(timer);
    }
    await Promise.all(this.#retired.values());
    await this.#current?.dispose();
    await this.#log.flush();
  }

  #cut(): void {
    if (this.openConnections > 0)
      this.log.warn({ connections: this.openConnections }, 'closing what still runs');
    this.#listeners.cut();
  }
}
