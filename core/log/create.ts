import pino from 'pino';
import { LogDestination } from './destination.ts';
import type { Log, Logger, LogLevel, LogSettings } from './logger.ts';

function createLogger(level: LogLevel, stream: { write(line: string): void }): Logger {
  const base = { timestamp: pino.stdTimeFunctions.isoTime, base: { pid: process.pid }, level };
  return pino({ ...base, formatters: { level: (label) => ({ level: label }) } }, stream);
}

/** Opens the gateway's own log. */
export function createLog({ level = 'info', file }: LogSettings = {}): Log {
  const destination = new LogDestination(file, (error) => process.stderr.write(`log: ${error.message}\n`));
  return {
    logger: createLogger(level, destination.stream),
    flush: () => destination.flush(),
    reopen: () => destination.reopen(),
  };
}

/** A log that gives every line to `write`, at once. */
export function createLogTo(write: (line: string) => void, level: LogLevel): Log {
  return { logger: createLogger(level, { write }), flush: () => Promise.resolve(), reopen() {} };
}
