import { createLog } from '../log/create.ts';
import type { Log, Logger } from '../log/logger.ts';
import { type HookName, hookNames } from '../pipeline/hooks.ts';
import { RetainedValues } from '../pipeline/retained.ts';
import type { GatewayConfig } from './configuration.ts';
import { Generation } from './generation.ts';
import { Listener, type ListenerOwner } from './listener.ts';

const defaultDrainTimeoutMs = 30_000;

export interface CloseOptions {
  /** Cut what runs instead of waiting for it; default false. */
  readonly now?: boolean;
}

/** A gateway: `await createGateway(config).listen()`, later `await gateway.close()`. */
export interface Gateway {
  /** Addresses in use, with real ports; empty before `listen`. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  readonly log: Logger;
  /**
   * Sets plugins up and accepts connections.
   * Rejects with ConfigurationError, or with the system's error (EADDRINUSE); nothing stays open then.
   */
  listen(): Promise<Gateway>;
  /** Stops accepting, finishes what runs within `drainTimeoutMs`, undoes the set-up. Call again with `now` to cut. */
  close(options?: CloseOptions): Promise<void>;
  /** Opens log files anew, as after a rotation. */
  reopenFiles(): void;
}

class RunningGateway implements Gateway, ListenerOwner {
  readonly log: Logger;
  openConnections = 0;
  readonly #config: GatewayConfig;
  readonly #log: Log;
  readonly #retained = new RetainedValues();
  #generation: Generation | undefined;
  #listeners: Listener[] = [];
  #closing: Promise<void> | undefined;
  #onDrained: (() => void) | undefined;

  constructor(config: GatewayConfig, log: Log) {
    this.#config = config;
    this.#log = log;
    this.log = log.logger;
  }

  get generation(): Generation {
    return this.#generation!;
  }

  get addresses(): readonly { host: string; port: number }[] {
    return this.#listeners.flatMap(({ address }) => address ?? []);
  }

  async listen(): Promise<Gateway> {
    this.#generation = await Generation.create(this.#config, this.log, this.#retained);
    try {
      for (const config of this.#config.listeners) {
        const listener = new Listener(config, this);
        await listener.open();
        this.#listeners.push(listener);
      }
    } catch (error) {
      await this.close({ now: true });
      throw error;
    }
    for (const address of this.addresses) this.log.info(address, 'listening');
    return this;
  }

  close({ now = false }: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#drain(now ? 0 : (this.#config.drainTimeoutMs ?? defaultDrainTimeoutMs));
    if (now) this.#cut();
    return this.#closing;
  }

  reopenFiles(): void {
    this.#log.reopen();
    this.#generation?.reopenFiles();
  }

  onConnectionClosed(): void {
    if (this.openConnections === 0) this.#onDrained?.();
  }

  async #drain(timeoutMs: number): Promise<void> {
    const drained = new Promise<void>((resolve) => (this.#onDrained = resolve));
    for (const listener of this.#listeners) listener.drain();
    if (this.openConnections > 0) {
      const timer = setTimeout(() => this.#cut(), timeoutMs);
      await drained;
      clearTimeout(timer);
    }
    this.#listeners = [];
    await this.#generation?.dispose();
    await this.#log.flush();
  }

  #cut(): void {
    if (this.openConnections > 0)
      this.log.warn({ connections: this.openConnections }, 'closing what still runs');
    for (const listener of this.#listeners) listener.destroy();
  }
}

/**
 * Makes a gateway of a configuration; nothing happens before `listen`.
 * The configuration is validated there, all problems at once.
 */
export function createGateway(config: GatewayConfig): Gateway {
  return new RunningGateway(config, createLog(config.log));
}

/** As createGateway, but writes to that log, whatever the configuration says about it. */
export function createGatewayWithLog(config: GatewayConfig, log: Log): Gateway {
  return new RunningGateway(config, log);
}

/** For each hook, the plugins in the order in which they run. */
export type PipelineListing = {
  readonly hook: HookName;
  readonly taps: {
    readonly plugin: string;
    readonly stage: string;
    readonly routes: readonly string[] | undefined;
  }[];
}[];

/**
 * Validates a configuration and sets its plugins up without listening, then undoes it.
 * @throws ConfigurationError with everything that is wrong.
 */
export async function checkConfiguration(config: GatewayConfig): Promise<PipelineListing> {
  const log = createLog({ level: 'silent' });
  const generation = await Generation.create(config, log.logger, new RetainedValues());
  const listing = hookNames.map((hook) => ({ hook, taps: generation.tapsOf(hook) }));
  await generation.dispose();
  return listing;
}
