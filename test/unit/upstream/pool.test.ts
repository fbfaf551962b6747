import { beforeEach, describe, expect, test, vi } from 'vitest';
import { GatewayError } from '../../../core/errors.ts';
import type { ClientConnection } from '../../../core/http1/client-connection.ts';
import { resolveUpstreamLimits, type UpstreamLimits } from '../../../core/limits.ts';
import type { ConnectListener, Connector } from '../../../core/upstream/connector.ts';
import { type ConnectionWaiter, Pool } from '../../../core/upstream/pool.ts';

/** A connection of which only the bookkeeping is real. */
class FakeConnection {
  depth = 0;
  isReused = false;
  isOpen = true;
  isParked = false;
  openedAtMs = performance.now();
  readonly #pool: ConnectListener;
  readonly #pipelining: number;

  constructor(pool: ConnectListener, pipelining: number) {
    this.#pool = pool;
    this.#pipelining = pipelining;
  }

  get canPipeline(): boolean {
    return this.isOpen && this.depth < this.#pipelining;
  }

  park(): void {
    this.isParked = true;
  }

  take(): void {
    this.depth++;
    this.isParked = false;
  }

  /** The response is complete. */
  finish(): void {
    this.depth--;
    this.isReused = true;
    this.#pool.onAvailable(this as unknown as ClientConnection);
  }

  close(): void {
    if (this.depth === 0) this.die();
    else this.isOpen = false;
  }

  die(): void {
    this.isOpen = false;
    this.#pool.onClosed(this as unknown as ClientConnection);
  }
}

class FakeConnector implements Connector {
  readonly waiting: ConnectListener[] = [];
  readonly connections: FakeConnection[] = [];
  pipelining = 1;

  connect(listener: ConnectListener): void {
    this.waiting.push(listener);
  }

  /** The connection that was asked for first is there. */
  succeed(): FakeConnection {
    const listener = this.waiting.shift()!;
    const connection = new FakeConnection(listener, this.pipelining);
    this.connections.push(connection);
    listener.onConnected(connection as unknown as ClientConnection);
    return connection;
  }

  abandon(): number {
    return this.waiting.splice(0).length;
  }

  fail(): void {
    this.waiting.shift()!.onConnectFailed(new GatewayError('connect_failed'));
  }
}

class Waiter implements ConnectionWaiter {
  mayPipeline = false;
  wantsFresh = false;
  connection: FakeConnection | undefined;
  error: string | undefined;

  onConnection(connection: ClientConnection): void {
    this.connection = connection as unknown as FakeConnection;
    this.connection.take();
  }

  onNoConnection(error: GatewayError): void {
    this.error = error.code;
  }
}

let connector: FakeConnector;

beforeEach(() => {
  connector = new FakeConnector();
});

function makePool(limits: Partial<UpstreamLimits> = {}): Pool {
  connector.pipelining = limits.pipelining ?? 1;
  return new Pool(connector, resolveUpstreamLimits(limits));
}

function acquire(pool: Pool, traits: Partial<Waiter> = {}): Waiter {
  const waiter = Object.assign(new Waiter(), traits);
  pool.acquire(waiter);
  return waiter;
}

describe('a connection', () => {
  test('is made for the first request and used again by the next', () => {
    const pool = makePool();
    const first = acquire(pool);
    expect(first.connection).toBeUndefined();
    const connection = connector.succeed();
    expect(first.connection).toBe(connection);
    connection.finish();
    expect(connection.isParked).toBe(true);
    expect(pool.idleCount).toBe(1);
    expect(acquire(pool).connection).toBe(connection);
    expect(pool.idleCount).toBe(0);
    expect(connector.waiting).toHaveLength(0);
  });

  test('is not shared by requests that run at once', () => {
    const pool = makePool();
    const [a, b] = [acquire(pool), acquire(pool)];
    connector.succeed();
    connector.succeed();
    expect(a.connection).not.toBe(b.connection);
    expect(pool.size).toBe(2);
  });

  test('that was used last is used first, so that the others can grow old', () => {
    const pool = makePool();
    acquire(pool);
    acquire(pool);
    const [first, second] = [connector.succeed(), connector.succeed()];
    second.finish();
    first.finish();
    expect(acquire(pool).connection).toBe(first);
  });

  test('that becomes free serves who waits, even for another connection', () => {
    const pool = makePool();
    acquire(pool);
    const connection = connector.succeed();
    const second = acquire(pool);
    connection.finish();
    expect(second.connection).toBe(connection);
    connector.succeed();
    expect(pool.idleCount).toBe(1);
  });

  test('that died while idle is not used', () => {
    const pool = makePool();
    acquire(pool);
    const connection = connector.succeed();
    connection.finish();
    connection.die();
    expect([pool.size, pool.idleCount]).toEqual([0, 0]);
    expect(acquire(pool).connection).toBeUndefined();
    expect(connector.waiting).toHaveLength(1);
  });

  test('that has seen the end of the other side is not used', () => {
    const pool = makePool();
    acquire(pool);
    const connection = connector.succeed();
    connection.finish();
    connection.isOpen = false;
    expect(acquire(pool).connection).toBeUndefined();
    expect(connector.waiting).toHaveLength(1);
  });

  test('that is too old is closed instead of kept', () => {
    const pool = makePool({ maxConnectionAgeMs: 1_000 });
    acquire(pool);
    const connection = connector.succeed();
    connection.openedAtMs -= 1_001;
    connection.finish();
    expect(connection.isOpen).toBe(false);
    expect(pool.size).toBe(0);
  });
});

describe('at the limit of connections', () => {
  test('requests wait in order', () => {
    const pool = makePool({ maxConnections: 1 });
    const [a, b, c] = [acquire(pool), acquire(pool), acquire(pool)];
    expect(connector.waiting).toHaveLength(1);
    const connection = connector.succeed();
    expect([a, b, c].map((each) => each.connection)).toEqual([connection, undefined, undefined]);
    expect(pool.queueLength).toBe(2);
    connection.finish();
    expect(b.connection).toBe(connection);
    connection.finish();
    expect(c.connection).toBe(connection);
  });

  test('a request is refused when too many wait', () => {
    const pool = makePool({ maxConnections: 1, maxQueued: 1 });
    acquire(pool);
    connector.succeed();
    const queued = acquire(pool);
    const refused = acquire(pool);
    expect(queued.error).toBeUndefined();
    expect(refused.error).toBe('queue_full');
    expect(pool.queueLength).toBe(1);
  });

  test('requests whose connection is being made do not count as waiting', () => {
    const pool = makePool({ maxConnections: 2, maxQueued: 1 });
    const all = [acquire(pool), acquire(pool), acquire(pool), acquire(pool)];
    expect(all.map(({ error }) => error)).toEqual([undefined, undefined, undefined, 'queue_full']);
  });

  test('who leaves the queue is not served', () => {
    const pool = makePool({ maxConnections: 1 });
    acquire(pool);
    const connection = connector.succeed();
    const [gone, next] = [acquire(pool), acquire(pool)];
    pool.leave(gone);
    connection.finish();
    expect(gone.connection).toBeUndefined();
    expect(next.connection).toBe(connection);
  });

  test('a connection that dies makes room for another one', () => {
    const pool = makePool({ maxConnections: 1 });
    acquire(pool);
    const connection = connector.succeed();
    const next = acquire(pool);
    connection.die();
    connector.succeed();
    expect(next.connection).toBe(connector.connections[1]);
  });

  test('who waited for too long is told, in order, and the others go on waiting', async () => {
    const pool = makePool({ maxConnections: 1, queueTimeoutMs: 50 });
    acquire(pool);
    const connection = connector.succeed();
    const [a, b] = [acquire(pool), acquire(pool)];
    await vi.waitFor(() => expect(b.error).toBe('queue_timeout'), { timeout: 5_000 });
    expect(a.error).toBe('queue_timeout');
    const late = acquire(pool);
    connection.finish();
    expect(late.connection).toBe(connection);
  });

  test('a connection that takes long to be made has a timeout of its own', async () => {
    const pool = makePool({ maxConnections: 1, queueTimeoutMs: 50 });
    const [first, second] = [acquire(pool), acquire(pool)];
    await vi.waitFor(() => expect(second.error).toBe('queue_timeout'), { timeout: 5_000 });
    expect(first.error).toBeUndefined();
    expect(connector.succeed()).toBe(first.connection);
  });
});

describe('when no connection can be made', () => {
  test('one request is told for each failure', () => {
    const pool = makePool();
    const [a, b] = [acquire(pool), acquire(pool)];
    connector.fail();
    expect([a.error, b.error]).toEqual(['connect_failed', undefined]);
    connector.fail();
    expect(b.error).toBe('connect_failed');
    expect(pool.size).toBe(0);
  });

  test('those beyond the limit try again instead of waiting for nothing', () => {
    const pool = makePool({ maxConnections: 1 });
    const [a, b] = [acquire(pool), acquire(pool)];
    connector.fail();
    expect(a.error).toBe('connect_failed');
    expect(connector.waiting).toHaveLength(1);
    connector.succeed();
    expect(b.connection).toBeDefined();
  });
});

describe('a request that wants a fresh connection', () => {
  test('gets none that was used', () => {
    const pool = makePool();
    acquire(pool);
    const used = connector.succeed();
    used.finish();
    const fresh = acquire(pool, { wantsFresh: true });
    expect(fresh.connection).toBeUndefined();
    expect(connector.succeed()).toBe(fresh.connection);
  });

  test('makes room for it at the limit', () => {
    const pool = makePool({ maxConnections: 1 });
    acquire(pool);
    const used = connector.succeed();
    const fresh = acquire(pool, { wantsFresh: true });
    used.finish();
    expect(used.isOpen).toBe(false);
    expect(connector.succeed()).toBe(fresh.connection);
    expect(pool.size).toBe(1);
  });

  test('makes room also when all connections are idle', () => {
    const pool = makePool({ maxConnections: 1 });
    acquire(pool);
    connector.succeed().finish();
    const fresh = acquire(pool, { wantsFresh: true });
    expect(connector.waiting).toHaveLength(1);
    expect(connector.succeed()).toBe(fresh.connection);
  });
});

describe('with pipelining', () => {
  test('a connection is filled before another is used', () => {
    const pool = makePool({ pipelining: 2, maxConnections: 4 });
    acquire(pool, { mayPipeline: true });
    const connection = connector.succeed();
    const second = acquire(pool, { mayPipeline: true });
    const third = acquire(pool, { mayPipeline: true });
    expect(second.connection).toBe(connection);
    expect(third.connection).toBeUndefined();
    expect(connector.waiting).toHaveLength(1);
  });

  test('a request with a body gets a connection of its own', () => {
    const pool = makePool({ pipelining: 8 });
    acquire(pool, { mayPipeline: true });
    connector.succeed();
    expect(acquire(pool, { mayPipeline: false }).connection).toBeUndefined();
  });

  test('those that wait share the connection when it comes', () => {
    const pool = makePool({ pipelining: 3, maxConnections: 1 });
    const all = [1, 2, 3, 4].map(() => acquire(pool, { mayPipeline: true }));
    const connection = connector.succeed();
    expect(all.map((each) => each.connection === connection)).toEqual([true, true, true, false]);
  });
});

describe('a closed pool', () => {
  test('closes idle connections at once and busy ones when they are done', () => {
    const pool = makePool();
    acquire(pool);
    acquire(pool);
    const [idle, busy] = [connector.succeed(), connector.succeed()];
    idle.finish();
    pool.close();
    expect(idle.isOpen).toBe(false);
    expect(pool.size).toBe(1);
    busy.finish();
    busy.die();
    expect(pool.size).toBe(0);
  });

  test('gives up connections that nobody waits for any more', () => {
    const pool = makePool();
    pool.leave(acquire(pool));
    expect(pool.connectingCount).toBe(1);
    pool.close();
    expect(pool.connectingCount).toBe(0);
  });

  test('still serves what runs, and keeps nothing behind it', () => {
    const pool = makePool();
    const waiter = acquire(pool);
    pool.close();
    const connection = connector.succeed();
    expect(waiter.connection).toBe(connection);
    connection.finish();
    expect(pool.size).toBe(0);
    expect(pool.idleCount).toBe(0);
  });
});
