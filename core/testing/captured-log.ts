import { createLogTo } from '../log/create.ts';
import type { Log, LogLevel } from '../log/logger.ts';
import { Waiting } from './waiting.ts';

/** One line of the gateway's log. */
export interface LogLine {
  readonly level: LogLevel;
  readonly msg: string;
  readonly [key: string]: unknown;
}

/** Keeps the lines that a log writes. */
export class CapturedLog {
  readonly lines: LogLine[] = [];
  readonly log: Log;
  readonly #waiting = new Waiting();

  constructor(level: LogLevel) {
    this.log = createLogTo((line) => {
      this.lines.push(JSON.parse(line) as LogLine);
      this.#waiting.check();
    }, level);
  }

  /** Resolves with the first line that fits, also one that was written before. */
  async waitFor(fits: (line: LogLine) => boolean): Promise<LogLine> {
    await this.#waiting.until('a line of the log', () => this.lines.some(fits));
    return this.lines.find(fits)!;
  }
}
