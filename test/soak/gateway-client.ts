import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { typeScriptCommand } from '../../bench/typescript-command.ts';
import type { Answers, Question } from './messages.ts';

/** The process of the gateway, as seen from the process of clients and backends. */
export class GatewayProcess {
  readonly #child: ChildProcess;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(logFile: string, backends: readonly string[]) {
    const script = fileURLToPath(new URL('gateway-process.ts', import.meta.url));
    const { file, args } = typeScriptCommand(script, [logFile, ...backends]);
    this.#child = spawn(file, ['--expose-gc', ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  /** One question after the other. */
  ask<Q extends Question>(question: Q): Promise<Answers[Q]> {
    const asked = this.#turn.then(async () => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error('The gateway is gone.');
      const answered = once(this.#child, 'message', { signal: AbortSignal.timeout(30_000) });
      this.#child.send({ question });
      const [{ answer }] = (await answered) as [{ readonly answer: Answers[Q] }];
      return answer;
    });
    this.#turn = asked.catch(() => {});
    return asked;
  }

  /** Closes the gateway; its exit code, which comes by itself when nothing is left to do. */
  async close(): Promise<number | null> {
    await this.#turn;
    const exited = once(this.#child, 'exit', { signal: AbortSignal.timeout(20_000) });
    this.#child.send({ question: 'close' });
    return ((await exited) as [number | null])[0];
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
