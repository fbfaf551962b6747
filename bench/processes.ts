import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const proxyCore = 0;
export const loadCore = 1;
const openFilesLimit = 20_000;
const stopTimeoutMs = 10_000;

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly core: number;
  /** Standard output and error go here; without it, standard output is piped to us. */
  readonly logFile?: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly hasExited: () => boolean;
  readonly stop: () => Promise<void>;
  /** Ends it with SIGKILL. */
  readonly kill: () => Promise<void>;
}

const running = new Set<ChildProcess>();

/** Starts a program on one core. taskset and sh replace themselves, so the pid is the program's own. */
export function startPinned(command: Command): Started {
  const program = ['sh', '-c', `ulimit -n ${openFilesLimit}; exec "$@"`, 'sh', command.file, ...command.args];
  const child = spawnLogged(['-c', String(command.core), ...program], command.logFile);
  running.add(child);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      running.delete(child);
      resolve();
    });
    child.once('error', () => resolve());
  });
  if (child.pid === undefined) throw new Error(`cannot start ${command.file}: is taskset installed?`);
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const kill = (): Promise<void> => {
    child.kill('SIGKILL');
    return exited;
  };
  return { process: child, pid: child.pid, hasExited, stop: () => stop(child, exited), kill };
}

function spawnLogged(args: readonly string[], logFile: string | undefined): ChildProcess {
  if (logFile === undefined) return spawn('taskset', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const log = openSync(logFile, 'a');
  const stdio: StdioOptions = ['ignore', log, log];
  const child = spawn('taskset', args, { stdio });
  closeSync(log);
  return child;
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await exited;
  clearTimeout(timer);
}

/** The last resort when the bench itself is interrupted; ends only what startPinned started. */
export function killAllStarted(): void {
  for (const child of running) child.kill('SIGKILL');
}

export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

export function lastLines(file: string, count = 15): string {
  if (!existsSync(file)) return '';
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}
