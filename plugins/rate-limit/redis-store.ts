import { createHash } from 'node:crypto';
import type { Limit } from './memory-store.ts';
import type { Verdict } from './quota.ts';
import { RedisConnection } from './redis-connection.ts';
import { decisionScript, scopeOf, verdictOf, wordsOf } from './redis-script.ts';

const scriptName = createHash('sha1').update(decisionScript).digest('hex');

export interface RedisSettings {
  readonly redis: string;
  readonly prefix: string;
  readonly timeoutMs: number;
}

/** Counts that several gateways share: one script in Redis for each decision. */
export class RedisStore {
  readonly #connection: RedisConnection;
  readonly #timeoutMs: number;
  readonly #limits: readonly Limit[];
  readonly #words: readonly string[][];
  readonly #scopes: readonly string[];

  private constructor(connection: RedisConnection, settings: RedisSettings, limits: readonly Limit[]) {
    this.#connection = connection;
    this.#timeoutMs = settings.timeoutMs;
    this.#limits = limits;
    this.#words = limits.map(wordsOf);
    this.#scopes = limits.map((limit) => settings.prefix + scopeOf(limit));
  }

  /** Not connected yet. Rejects when @redis/client is not installed. */
  static async load(settings: RedisSettings, limits: readonly Limit[]): Promise<RedisStore> {
    return new RedisStore(await RedisConnection.load(settings.redis), settings, limits);
  }

  /** Resolves when the first try to connect is over; it goes on trying until it is closed. */
  async open(): Promise<void> {
    return this.#connection.open();
  }

  /** Called when a connection was made, the first or a new one. */
  set onConnected(listener: () => void) {
    this.#connection.onReady = listener;
  }

  /** Decides as a MemoryStore does about a request that has a key for at least one limit. Rejects when Redis is away. */
  async decide(keys: readonly (string | undefined)[]): Promise<Verdict> {
    const concerned = this.#limits.filter((_, index) => keys[index] !== undefined);
    const names: string[] = [];
    const words: string[] = [];
    for (const [index, key] of keys.entries()) {
      if (key === undefined) continue;
      names.push(this.#scopes[index]! + key);
      words.push(...this.#words[index]!);
    }
    return verdictOf(await this.#inTime(this.#run(names, words)), concerned);
  }

  /** Throws when there is no connection. */
  check(): void {
    this.#connection.check();
  }

  close(): void {
    this.#connection.close();
  }

  #inTime<T>(reply: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`Redis did not answer within ${this.#timeoutMs} ms`));
        this.#connection.doubt();
      }, this.#timeoutMs);
      reply.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  async #run(names: readonly string[], words: readonly string[]): Promise<unknown> {
    const rest = [String(names.length), ...names, ...words];
    try {
      return await this.#connection.send(['EVALSHA', scriptName, ...rest]);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return await this.#connection.send(['EVAL', decisionScript, ...rest]);
    }
  }
}
