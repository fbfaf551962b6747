import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuMicroseconds } from '../../bench/measure.ts';
import { typeScriptCommand } from '../../bench/typescript-command.ts';

const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A TypeScript file of this folder in a process of its own, with a channel to it; it ends with the channel. */
export function startScript(name: string, ...values: string[]): ChildProcess {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const { file, args } = typeScriptCommand(script, values);
  return spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

/** What an operator who expects attacks would set: each bound is that of one attack. */
const limits = {
  headTimeoutMs: 5_000,
  requestIdleTimeoutMs: 5_000,
  sendIdleTimeoutMs: 5_000,
};

/** A backend and a gateway in front of it, each in a process of its own. */
export class Target {
  readonly #backend: ChildProcess;
  readonly #folder: string;
  readonly #gateway: ChildProcess;
  readonly port: number;

  private constructor(backend: ChildProcess, folder: string, gateway: ChildProcess, port: number) {
    this.#backend = backend;
    this.#folder = folder;
    this.#gateway = gateway;
    this.port = port;
  }

  static async start(): Promise<Target> {
    const backend = startScript('backend-process.ts');
    const [backendPort] = (await once(backend, 'message')) as [number];
    const url = `http://127.0.0.1:${backendPort}`;
    const folder = mkdtempSync(join(tmpdir(), 'hookway-attack-'));
    const config = {
      listeners: [{ host: '127.0.0.1', port: 0 }],
      upstreams: {
        app: { backends: [url] },
        // what is slow has connections of its own, or it would take those of the others
        slow: { backends: [url], maxConnections: 64, maxQueued: 64, queueTimeoutMs: 1_000 },
      },
      routes: [
        { upstream: 'app' },
        ...['/upload', '/large', '/echo'].map((path) => ({ path, upstream: 'slow' })),
      ],
      plugins: ['request-id', 'forwarded-headers', ['access-log', { file: join(folder, 'access.log') }]],
      limits,
    };
    const file = join(folder, 'proxy.config.json');
    writeFileSync(file, JSON.stringify(config));
    const gateway = spawn(process.execPath, [command, '--config', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new Target(backend, folder, gateway, await portOf(gateway));
  }

  get isAlive(): boolean {
    return this.#gateway.exitCode === null && this.#gateway.signalCode === null;
  }

  /** Resident memory now, in megabytes. */
  get residentMb(): number {
    const status = readFileSync(`/proc/${this.#gateway.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) / 1_024;
  }

  /** CPU time that the gateway has used, in milliseconds. */
  get cpuMs(): number {
    return cpuMicroseconds(this.#gateway.pid!) / 1_000;
  }

  async close(): Promise<void> {
    this.#gateway.kill('SIGKILL');
    if (this.isAlive) await once(this.#gateway, 'exit');
    this.#backend.disconnect();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function portOf(gateway: ChildProcess): Promise<number> {
  let output = '';
  for await (const piece of gateway.stdout!.iterator({ destroyOnReturn: false })) {
    output += String(piece);
    const port = /"port":(\d+)/.exec(output)?.[1];
    if (port === undefined) continue;
    gateway.stdout!.resume();
    return Number(port);
  }
  throw new Error('The gateway ended.');
}
