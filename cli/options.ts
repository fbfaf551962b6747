import type { LogLevel } from '../core/index.ts';

/** Options of every command that reads a configuration. */
export interface ConfigOptions {
  readonly config?: string;
}

export interface RunOptions extends ConfigOptions {
  readonly logLevel?: LogLevel;
  /** Reload when a file of the configuration changes. */
  readonly watch: boolean;
}
