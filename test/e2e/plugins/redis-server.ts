import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '@redis/client';
import { unusedPort } from 'hookway/testing';

/** A Redis of a test, on a port that stays the same when it is started again. */
export class RedisServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'redis-'));
  readonly #port: number;
  readonly #password: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, password: string) {
    this.#port = port;
    this.#password = password;
  }

  /** With a password it asks for one. */
  static async start(password = ''): Promise<RedisServer> {
    const server = new RedisServer(await unusedPort(), password);
    await server.start();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  /** Sends one command and gives the reply. */
  async send(...words: string[]): Promise<unknown> {
    const client = await createClient({ url: this.url }).connect();
    try {
      return await client.sendCommand(words);
    } finally {
      client.destroy();
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    const options = [
      '--port',
      String(this.#port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--dir',
      this.#folder,
      '--requirepass',
      this.#password,
    ];
    const started = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = started;
    for await (const line of createInterface(started.stdout)) {
      if (line.includes('Ready to accept connections')) break;
    }
    started.stdout.resume();
  }

  /** Stops it from answering, connections stay. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined) return;
    running.kill('SIGKILL');
    if (running.exitCode === null && running.signalCode === null) await once(running, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
