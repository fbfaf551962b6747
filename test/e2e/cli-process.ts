import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, onTestFinished } from 'vitest';

const ownCommand = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** `hookway reload` asks every gateway of its user, and those of other test files may end before they answer. */
const runtimeFolder = mkdtempSync(join(tmpdir(), 'hookway-runtime-'));
chmodSync(runtimeFolder, 0o1777); // for other users as well
afterAll(() => rmSync(runtimeFolder, { recursive: true }));

export interface CommandOptions {
  readonly cwd: string;
  /** User to run as; only the superuser may choose. */
  readonly uid?: number;
  /** Path of the command, instead of this repository's. */
  readonly command?: string;
  /** Environment variables besides those of the test. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], options: CommandOptions): ChildProcessWithoutNullStreams {
  const { cwd, uid, command = ownCommand, env: more } = options;
  const env = { ...process.env, NO_COLOR: '1', XDG_RUNTIME_DIR: runtimeFolder, ...more };
  const child = spawn(process.execPath, [command, ...args], {
    cwd,
    env,
    ...(uid === undefined ? {} : { uid }),
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** Runs `hookway` to its end. */
export async function hookway(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const child = start(args, options);
  const outputs = Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  const [code] = (await once(child, 'close')) as [number | null];
  const [stdout, stderr] = await outputs;
  return { code, stdout, stderr };
}

export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** A gateway in a process of its own, followed by its log. */
export class GatewayProcess {
  readonly lines: LogLine[] = [];
  /** Resolves when the process is over and its log is read. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #events = new EventEmitter();
  #errors = '';

  constructor(args: readonly string[], options: CommandOptions) {
    this.#child = start(args, options);
    this.#child.stderr.on('data', (chunk) => (this.#errors += String(chunk)));
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.lines.push(JSON.parse(line) as LogLine);
      this.#events.emit('line');
    });
    this.ended = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
    void this.ended.then(() => this.#events.emit('line'));
  }

  get errors(): string {
    return this.#errors;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The first log line with this message; fails when the process ends without one. */
  async logged(message: string): Promise<LogLine> {
    for (;;) {
      const line = this.lines.find(({ msg }) => msg === message);
      if (line !== undefined) return line;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`ended without logging ${JSON.stringify(message)}: ${this.#errors}`);
      }
      await once(this.#events, 'line');
    }
  }

  /** URL of the first listener. */
  async url(): Promise<string> {
    const { host, port } = await this.logged('listening');
    return `http://${String(host)}:${String(port)}`;
  }
}
