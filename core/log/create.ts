import pino from 'pino';
import { LogDestination } from './destination.ts';
import type { Log, Logger, LogSettings } from './logger.ts';

/** Opens the gateway's own log. */
export function createLog({ level = 'info', file }: LogSettings = {}): Log {
  const destination = new LogDestination(file, (error) => process.stderr.write(`log: ${error.message}\n`));
  const base = { timestamp: pino.stdTimeFunctions.isoTime, base: { pid: process.pid }, level };
  const logger: Logger = pino(
    { ...base, formatters: { level: (label) => ({ level: label }) } },
    destination.stream,
  );
  return {
    logger,
    flush: () => destination.flush(),
    reopen: () => destination.reopen(),
  };
}
