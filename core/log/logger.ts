import pino from 'pino';

/** Writes JSON lines: `log.info({ key: value }, 'message')`. */
export type Logger = pino.Logger;

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogSettings {
  /** Default: `info`. */
  readonly level?: LogLevel | undefined;
  /** File to append to; default: standard output. */
  readonly file?: string | undefined;
}

/** A log and what its end needs. */
export interface Log {
  readonly logger: Logger;
  /** Least level that is written; setting it also sets that of all children. */
  level: LogLevel;
  /** Resolves when every line so far is written. */
  flush(): Promise<void>;
  /** Opens the file anew, as after a rotation. */
  reopen(): void;
}
