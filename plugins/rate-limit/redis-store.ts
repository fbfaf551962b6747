import { createHash } from 'node:crypto';
import type { Limit } from './memory-store.ts';
import type { Verdict } from './quota.ts';
import { decisionScript, scopeOf, verdictOf, wordsOf } from './redis-script.ts';

const connectTimeoutMs = 500;
const reconnectMs = 500;
const longestQueue = 10_000;
const scriptName = createHash('sha1').update(decisionScript).digest('hex');

/** What is used of a client of @redis/client, which need not be installed. */
interface RedisClient {
  readonly isReady: boolean;
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  sendCommand(words: readonly string[]): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'ready', listener: () => void): unknown;
}

export interface RedisSettings {
  readonly redis: string;
  readonly prefix: string;
  readonly timeoutMs: number;
}

/** Loaded only where it is asked for. */
async function createClient(url: string): Promise<RedisClient> {
  const { createClient: create } = await import('@redis/client').catch((cause: unknown) => {
    const message = 'the store in Redis needs the package @redis/client: npm install @redis/client';
    throw new Error(message, { cause });
  });
  return create({
    url,
    socket: { connectTimeout: connectTimeoutMs, reconnectStrategy: () => reconnectMs },
    disableOfflineQueue: true,
    commandsQueueMaxLength: longestQueue,
  });
}

/** Rejects when the promise is pending for too long. */
function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Redis did not answer within ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Counts that several gateways share: one script in Redis for each decision. */
export class RedisStore {
  readonly #client: RedisClient;
  readonly #settings: RedisSettings;
  readonly #limits: readonly Limit[];
  readonly #words: readonly string[][];
  readonly #scopes: readonly string[];
  #error: Error | undefined;
  /** Called when a connection was made, the first or a new one. */
  onConnected: () => void = () => {};

  private constructor(client: RedisClient, settings: RedisSettings, limits: readonly Limit[]) {
    this.#client = client;
    this.#settings = settings;
    this.#limits = limits;
    this.#words = limits.map(wordsOf);
    this.#scopes = limits.map((limit) => settings.prefix + scopeOf(limit));
    client.on('error', (error) => (this.#error = error));
    client.on('ready', () => this.onConnected());
  }

  /** Resolves when the first try to connect is over; it goes on trying until it is closed. */
  static async open(settings: RedisSettings, limits: readonly Limit[]): Promise<RedisStore> {
    const client = await createClient(settings.redis);
    const store = new RedisStore(client, settings, limits);
    await new Promise<void>((resolve) => {
      client.on('ready', resolve);
      client.on('error', () => resolve());
      client.connect().catch(() => resolve());
    });
    return store;
  }

  /** Decides as a MemoryStore does about a request that has a key for at least one limit. Rejects when Redis is away. */
  async decide(keys: readonly (string | undefined)[]): Promise<Verdict> {
    const concerned = this.#limits.filter((_, index) => keys[index] !== undefined);
    this.check();
    const names: string[] = [];
    const words: string[] = [];
    for (const [index, key] of keys.entries()) {
      if (key === undefined) continue;
      names.push(this.#scopes[index]! + key);
      words.push(...this.#words[index]!);
    }
    const reply = await within(this.#settings.timeoutMs, this.#run(names, words));
    return verdictOf(reply, concerned);
  }

  /** Throws when there is no connection. */
  check(): void {
    if (!this.#client.isReady) throw this.#error ?? new Error('Redis is not connected');
  }

  close(): void {
    if (this.#client.isOpen) this.#client.destroy();
  }

  async #run(names: readonly string[], words: readonly string[]): Promise<unknown> {
    const rest = [String(names.length), ...names, ...words];
    try {
      return await this.#client.sendCommand(['EVALSHA', scriptName, ...rest]);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return await this.#client.sendCommand(['EVAL', decisionScript, ...rest]);
    }
  }
}
