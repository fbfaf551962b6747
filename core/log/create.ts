import pino from 'pino';
import { LogDestination } from './destination.ts';
import type { Log, Logger, LogLevel, LogSettings } from './logger.ts';

/** Loggers by weak references: those of plugins end with their generation. */
class LoggerTree {
  readonly root: Logger;
  #children: WeakRef<Logger>[] = [];
  #checkedLength = 64;

  constructor(level: LogLevel, stream: { write(line: string): void }) {
    this.root = pino(
      {
        timestamp: pino.stdTimeFunctions.isoTime,
        base: { pid: process.pid },
        level,
        formatters: { level: (label) => ({ level: label }) },
        onChild: (child) => this.#add(child as unknown as Logger),
      },
      stream,
    );
  }

  get level(): LogLevel {
    return this.root.level as LogLevel;
  }

  set level(level: LogLevel) {
    this.root.level = level;
    for (const child of this.#children) {
      const logger = child.deref();
      if (logger !== undefined) logger.level = level;
    }
  }

  #add(child: Logger): void {
    this.#children.push(new WeakRef(child));
    if (this.#children.length < this.#checkedLength) return;
    this.#children = this.#children.filter((reference) => reference.deref() !== undefined);
    this.#checkedLength = this.#children.length * 2 + 64;
  }
}

function logOf(tree: LoggerTree, parts: Pick<Log, 'flush' | 'reopen'>): Log {
  return {
    logger: tree.root,
    get level() {
      return tree.level;
    },
    set level(level) {
      tree.level = level;
    },
    ...parts,
  };
}

/** Opens the gateway's own log. */
export function createLog({ level = 'info', file }: LogSettings = {}): Log {
  const destination = new LogDestination(file, (error) => process.stderr.write(`log: ${error.message}\n`));
  return logOf(new LoggerTree(level, destination.stream), {
    flush: () => destination.flush(),
    reopen: () => destination.reopen(),
  });
}

/** A log that gives every line to `write`, at once. */
export function createLogTo(write: (line: string) => void, level: LogLevel): Log {
  return logOf(new LoggerTree(level, { write }), { flush: () => Promise.resolve(), reopen() {} });
}
