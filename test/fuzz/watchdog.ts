import { Worker } from 'node:worker_threads';
import type { Regression } from './target.ts';

const patienceMs = 60_000;

// text, for a thread has no loader of its own; the main thread cannot write any more
const program = `
const { parentPort } = require('node:worker_threads');
const { writeSync } = require('node:fs');
let timer;
parentPort.on('message', (lines) => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    writeSync(2, 'nothing moves any more. For test/fuzz/regressions.jsonl, one of:\\n' + lines + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }, ${patienceMs});
});
`;

/** Ends a process that hangs for a minute, and says on which inputs. */
export class Watchdog {
  readonly #worker = new Worker(program, { eval: true });

  constructor() {
    this.#worker.unref();
  }

  /** These are tried from now on. */
  watch(target: string, inputs: readonly Buffer[]): void {
    const lines = inputs.map((input): string => {
      const regression: Regression = { target, input: input.toString('latin1'), broke: 'hangs' };
      return JSON.stringify(regression);
    });
    this.#worker.postMessage(lines.join('\n'));
  }
}
