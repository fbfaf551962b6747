import { type Exchange, type LocalResponse, type Logger, type PluginHost, Stage } from '../../core/index.ts';
import type { Answer, Keys, KeysOf } from './answer.ts';
import type { MemoryStore } from './memory-store.ts';
import type { Verdict } from './quota.ts';
import { unavailable } from './refusals.ts';
import type { RedisStore } from './redis-store.ts';
import { StoreWatch } from './store-watch.ts';

const storeRetryMs = 1_000;

export type OnStoreError = 'open' | 'closed' | 'local';

/** What is done with a request while the store is away. */
export type Fallback = (exchange: Exchange, keys: Keys) => LocalResponse | undefined;

export function createFallback(
  onStoreError: OnStoreError,
  dryRun: boolean,
  local: MemoryStore,
  answer: Answer,
): Fallback {
  if (onStoreError === 'local') {
    return (exchange, keys) => answer(exchange, local.decide(keys, performance.now()));
  }
  const refusal = onStoreError === 'closed' && !dryRun ? unavailable() : undefined;
  return () => refusal;
}

/** The counts in Redis, and whether they can be asked for now; what the log is told outlives a reload as well. */
export class SharedCounts {
  readonly store: RedisStore;
  readonly watch: StoreWatch;
  #opened: Promise<void> | undefined;

  constructor(store: RedisStore, onStoreError: OnStoreError, log: Logger) {
    this.store = store;
    this.watch = new StoreWatch(storeRetryMs, {
      onAway: (err) => log.error({ err, onStoreError }, 'the store of rate limits is away'),
      onBack: () => log.info('the store of rate limits is back'),
    });
    store.onConnected = () => this.watch.expectSuccess();
  }

  /** Connects, unless a configuration before this one has; the log says so when that fails. */
  async open(): Promise<void> {
    this.#opened ??= this.store.open().then(() => this.#look());
    return this.#opened;
  }

  #look(): void {
    try {
      this.store.check();
    } catch (error) {
      this.watch.failed(error, performance.now());
    }
  }
}

/** Decides in the store, and while that is away by the fallback. */
export function tapShared(
  { hooks, counter }: PluginHost,
  { store, watch }: SharedCounts,
  keysOf: KeysOf,
  answer: Answer,
  fallback: Fallback,
): void {
  const undecided = counter({
    name: 'undecided_total',
    help: 'Requests about which the store could not decide.',
  }).of();
  const decideWithout: Fallback = (exchange, keys) => {
    undecided.value++;
    return fallback(exchange, keys);
  };
  hooks.onRequest.tapPromise({ stage: Stage.Guard }, async (exchange) => {
    const keys = keysOf(exchange);
    if (keys.every((key) => key === undefined)) return undefined;
    if (!watch.mayAsk(performance.now())) return decideWithout(exchange, keys);
    let verdict: Verdict;
    try {
      verdict = await store.decide(keys);
    } catch (error) {
      watch.failed(error, performance.now());
      return decideWithout(exchange, keys);
    }
    watch.succeeded();
    return answer(exchange, verdict);
  });
}
