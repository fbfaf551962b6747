import { createLog } from '../log/create.ts';
import type { Log, Logger } from '../log/logger.ts';
import { type HookName, hookNames } from '../pipeline/hooks.ts';
import type { GatewayConfig } from './configuration.ts';
import type { GatewayControl, ReloadRecord } from './control.ts';
import { createDryGeneration } from './generation.ts';
import { RunningGateway } from './running-gateway.ts';

export interface CloseOptions {
  /** Cut what runs instead of waiting for it; default false. */
  readonly now?: boolean;
}

export interface GatewayOptions {
  /** Gives the configuration for a reload that brings none; default: the one in service again. */
  readonly load?: (() => GatewayConfig | Promise<GatewayConfig>) | undefined;
  /** Told how each reload ended, whoever asked for it. Must not throw. */
  readonly onReload?: ((record: ReloadRecord) => void) | undefined;
}

/** A gateway: `await createGateway(config).listen()`, later `await gateway.close()`. */
export interface Gateway {
  /** Addresses in use, with real ports; empty before `listen`. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  readonly log: Logger;
  /** Its state and what an operator may do to it. */
  readonly control: GatewayControl;
  /**
   * Sets plugins up and accepts connections.
   * Rejects with ConfigurationError, or with the system's error (EADDRINUSE); nothing stays open then.
   */
  listen(): Promise<Gateway>;
  /**
   * Replaces the configuration, without a given one by what `load` gives. What runs is finished in the old one, for at
   * most `drainTimeoutMs` of the new one.
   * Rejects as `listen` does, and then the old one stays in service.
   */
  reload(config?: GatewayConfig): Promise<void>;
  /** Stops accepting, finishes what runs within `drainTimeoutMs`, undoes the set-up. Call again with `now` to cut. */
  close(options?: CloseOptions): Promise<void>;
  /** Opens log files anew, as after a rotation. */
  reopenFiles(): void;
}

/**
 * Makes a gateway of a configuration; nothing happens before `listen`.
 * The configuration is validated there, all problems at once.
 */
export function createGateway(config: GatewayConfig, options: GatewayOptions = {}): Gateway {
  return new RunningGateway(config, createLog(config.log), options);
}

/** As createGateway, but writes to that log, whatever the configuration says about it. */
export function createGatewayWithLog(config: GatewayConfig, log: Log, options: GatewayOptions = {}): Gateway {
  return new RunningGateway(config, log, options);
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
 * Validates a configuration and sets its plugins up without starting anything, then undoes it.
 * @throws ConfigurationError with everything that is wrong.
 */
export async function checkConfiguration(config: GatewayConfig): Promise<PipelineListing> {
  const generation = await createDryGeneration(config);
  const listing = hookNames.map((hook) => ({ hook, taps: generation.tapsOf(hook) }));
  await generation.dispose();
  return listing;
}
