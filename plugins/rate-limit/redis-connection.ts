const connectTimeoutMs = 500;
const reconnectMs = 500;
const silentForMs = 2_000;
const firstTryMs = 3_000;
const longestQueue = 10_000;

/** What is used of a client of @redis/client, which need not be installed. */
interface RedisClient {
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  sendCommand(words: readonly string[]): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'ready', listener: () => void): unknown;
}

/** Loaded only where it is asked for. */
async function loadFactory(url: string): Promise<() => RedisClient> {
  const { createClient } = await import('@redis/client').catch((cause: unknown) => {
    const message = 'the store in Redis needs the package @redis/client: npm install @redis/client';
    throw new Error(message, { cause });
  });
  // gateways that lost the same Redis do not come back in the same moment
  const reconnectStrategy = (): number => reconnectMs * (1 + Math.random());
  return () =>
    createClient({
      url,
      socket: { connectTimeout: connectTimeoutMs, reconnectStrategy },
      disableOfflineQueue: true,
      commandsQueueMaxLength: longestQueue,
    });
}

/** A connection to Redis that comes back by itself, also when the other end went away without a word. */
export class RedisConnection {
  readonly #create: () => RedisClient;
  #client: RedisClient | undefined;
  #error: Error | undefined;
  #heardAtMs = 0;
  #onTried: () => void = () => {};
  /** Called when a connection was made, the first or a new one. */
  onReady: () => void = () => {};

  private constructor(create: () => RedisClient) {
    this.#create = create;
  }

  /** Not connected yet. Rejects when @redis/client is not installed. */
  static async load(url: string): Promise<RedisConnection> {
    return new RedisConnection(await loadFactory(url));
  }

  /** Resolves when the first try to connect is over; it goes on trying until it is closed. */
  async open(): Promise<void> {
    return new Promise((resolve) => {
      // who accepts and then says nothing would hold up the start
      const timer = setTimeout(resolve, firstTryMs);
      this.#onTried = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#connect();
    });
  }

  /** The client, when there is a connection. @throws Error when there is none. */
  get #ready(): RedisClient {
    const client = this.#client;
    if (client?.isReady === true) return client;
    this.doubt();
    throw this.#error ?? new Error('Redis is not connected');
  }

  /** Throws when there is no connection. */
  check(): void {
    void this.#ready;
  }

  async send(words: readonly string[]): Promise<unknown> {
    const client = this.#ready;
    return client.sendCommand(words).finally(() => this.#hear(client));
  }

  /** Nothing came in time: when nothing has come for a while, the connection is given up for a new one. */
  doubt(): void {
    if (this.#client === undefined || performance.now() < this.#heardAtMs + silentForMs) return;
    this.#client.destroy();
    this.#connect();
  }

  close(): void {
    this.#client?.destroy();
    this.#client = undefined;
  }

  #connect(): void {
    const client = this.#create();
    this.#client = client;
    this.#heardAtMs = performance.now();
    client.on('ready', () => {
      if (this.#hear(client)) this.onReady();
    });
    client.on('error', (error) => {
      if (this.#hear(client)) this.#error = error;
    });
    client.connect().catch(() => {}); // told by the event
  }

  /** False when it is not about the connection of now. */
  #hear(client: RedisClient): boolean {
    if (client !== this.#client) return false;
    this.#heardAtMs = performance.now();
    this.#onTried();
    return true;
  }
}
