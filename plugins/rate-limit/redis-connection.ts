const connectTimeoutMs = 500;
const reconnectMs = 500;
const silentForMs = 2_000;
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
  #client: RedisClient;
  #error: Error | undefined;
  #heardAtMs = performance.now();
  /** Called when a connection was made, the first or a new one. */
  onReady: () => void = () => {};
  #onTried: () => void = () => {};

  private constructor(create: () => RedisClient) {
    this.#create = create;
    this.#client = this.#connect();
  }

  /** Resolves when the first try to connect is over; it goes on trying until it is closed. */
  static async open(url: string): Promise<RedisConnection> {
    const connection = new RedisConnection(await loadFactory(url));
    await new Promise<void>((resolve) => {
      // who accepts and then says nothing would hold up the start
      const timer = setTimeout(resolve, connectTimeoutMs);
      connection.#onTried = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return connection;
  }

  /** Throws when there is no connection. */
  check(): void {
    if (this.#client.isReady) return;
    this.doubt();
    throw this.#error ?? new Error('Redis is not connected');
  }

  async send(words: readonly string[]): Promise<unknown> {
    const client = this.#client;
    return client.sendCommand(words).finally(() => this.#hear(client));
  }

  /** Nothing came in time: when nothing has come for a while, the connection is given up for a new one. */
  doubt(): void {
    if (performance.now() < this.#heardAtMs + silentForMs) return;
    this.#client.destroy();
    this.#client = this.#connect();
  }

  close(): void {
    this.#client.destroy();
  }

  #connect(): RedisClient {
    const client = this.#create();
    this.#heardAtMs = performance.now();
    client.on('ready', () => {
      if (this.#hear(client)) this.onReady();
    });
    client.on('error', (error) => {
      if (this.#hear(client)) this.#error = error;
    });
    client.connect().catch(() => {}); // told by the event
    return client;
  }

  /** False when it is not about the connection of now. */
  #hear(client: RedisClient): boolean {
    if (client !== this.#client) return false;
    this.#heardAtMs = performance.now();
    this.#onTried();
    return true;
  }
}
