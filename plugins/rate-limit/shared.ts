import { type Exchange, type LocalResponse, type PluginHost, Stage } from '../../core/index.ts';
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

/** Says in the log when the store goes away and when it is back, beginning with now. */
export function watch(store: RedisStore, onStoreError: OnStoreError, { log }: PluginHost): StoreWatch {
  const watching = new StoreWatch(storeRetryMs, {
    onAway: (err) => log.error({ err, onStoreError }, 'the store of rate limits is away'),
    onBack: () => log.info('the store of rate limits is back'),
  });
  store.onConnected = () => watching.expectSuccess();
  try {
    store.check();
  } catch (error) {
    watching.failed(error, performance.now());
  }
  return watching;
}

/** Decides in the store, and while that is away by the fallback. */
export function tapShared(
  { hooks }: PluginHost,
  store: RedisStore,
  watching: StoreWatch,
  keysOf: KeysOf,
  answer: Answer,
  fallback: Fallback,
): void {
  hooks.onRequest.tapPromise({ stage: Stage.Guard }, async (exchange) => {
    const keys = keysOf(exchange);
    if (keys.every((key) => key === undefined)) return undefined;
    if (!watching.mayAsk(performance.now())) return fallback(exchange, keys);
    let verdict: Verdict;
    try {
      verdict = await store.decide(keys);
    } catch (error) {
      watching.failed(error, performance.now());
      return fallback(exchange, keys);
    }
    watching.succeeded();
    return answer(exchange, verdict);
  });
}
