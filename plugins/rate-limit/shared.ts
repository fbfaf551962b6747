import { type Exchange, type LocalResponse, type Logger, type PluginHost, Stage } from '../../core/index.ts';
import type { Answer, Keys, KeysOf } from './answer.ts';
import type { Limit, MemoryStore } from './memory-store.ts';
import type { Verdict } from './quota.ts';
import { unavailable } from './refusals.ts';
import { type RedisSettings, RedisStore } from './redis-store.ts';
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

/** The counts in Redis, and whether they can be asked for now. */
export interface SharedCounts {
  readonly store: RedisStore;
  readonly watch: StoreWatch;
}

/** Opens the store; the log says when it goes away and when it is back, beginning with now. */
export async function openShared(
  settings: RedisSettings,
  limits: readonly Limit[],
  onStoreError: OnStoreError,
  log: Logger,
): Promise<SharedCounts> {
  const store = await RedisStore.open(settings, limits);
  const watch = new StoreWatch(storeRetryMs, {
    onAway: (err) => log.error({ err, onStoreError }, 'the store of rate limits is away'),
    onBack: () => log.info('the store of rate limits is back'),
  });
  store.onConnected = () => watch.expectSuccess();
  try {
    store.check();
  } catch (error) {
    watch.failed(error, performance.now());
  }
  return { store, watch };
}

/** Decides in the store, and while that is away by the fallback. */
export function tapShared(
  { hooks }: PluginHost,
  { store, watch }: SharedCounts,
  keysOf: KeysOf,
  answer: Answer,
  fallback: Fallback,
): void {
  hooks.onRequest.tapPromise({ stage: Stage.Guard }, async (exchange) => {
    const keys = keysOf(exchange);
    if (keys.every((key) => key === undefined)) return undefined;
    if (!watch.mayAsk(performance.now())) return fallback(exchange, keys);
    let verdict: Verdict;
    try {
      verdict = await store.decide(keys);
    } catch (error) {
      watch.failed(error, performance.now());
      return fallback(exchange, keys);
    }
    watch.succeeded();
    return answer(exchange, verdict);
  });
}
