import type { Limits } from '../limits.ts';
import type { LogLevel } from '../log/logger.ts';
import type { Instruments } from '../pipeline/instruments.ts';
import type { RouteInfo } from '../pipeline/exchange.ts';
import { Service } from '../pipeline/tokens.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { BackendOverride } from './backend-overrides.ts';
import type { GatewayConfig } from './configuration.ts';

/** How the last attempt to change the configuration ended. */
export interface ReloadRecord {
  /** Number of the generation that it made, or that went on when it was refused. */
  readonly generation: number;
  readonly at: Date;
  /** Why it was refused; undefined when it was not. */
  readonly error: Error | undefined;
}

/** The running gateway, as plugins that operate it see it. Everything is of the generation in service. */
export interface GatewayControl {
  /** Version of the package. */
  readonly version: string;
  readonly startedAt: Date;
  /** Counts the configurations that were in service, from 1. */
  readonly generation: number;
  /** Configurations that were replaced and in which exchanges still run. */
  readonly retiredGenerations: number;
  readonly configuration: GatewayConfig;
  /** Bounds in force: those of the configuration, and the defaults for the others. */
  readonly limits: Limits;
  /** How long the end of the gateway or of a configuration waits for what runs. */
  readonly drainTimeoutMs: number;
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  readonly routes: readonly RouteInfo[];
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly instruments: Instruments;
  /** Connections from clients. */
  readonly openConnections: number;
  /** Exchanges that run, those of retired generations included. */
  readonly activeExchanges: number;
  /** True from the call of `close` on. */
  readonly isClosing: boolean;
  /** The last reload; undefined before the first. */
  readonly lastReload: ReloadRecord | undefined;
  /** Least level of the gateway's log and its plugins' logs; setting it lasts until a configuration sets another. */
  logLevel: LogLevel;
  /**
   * Loads the configuration anew and replaces the one in service.
   * Rejects with ConfigurationError when it is refused; the one in service goes on.
   */
  reload(): Promise<void>;
  /**
   * Drains, enables or weighs a backend; lasts until it is changed again, over reloads.
   * Rejects with RangeError when there is no such upstream or backend, or it is no weight.
   */
  overrideBackend(upstream: string, backend: string, override: BackendOverride): Promise<void>;
}

/** The gateway that a plugin runs in; missing while a configuration is only checked. */
export const Control = new Service<GatewayControl>('gateway-control');
