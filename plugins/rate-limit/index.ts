import { definePlugin, Stage } from '../../core/index.ts';
import { tellClient } from './announce.ts';
import { createAnswer, createKeys } from './answer.ts';
import { ipv6PrefixSchema, keySchema } from './key-schema.ts';
import { createKey, type KeyFunction } from './keys.ts';
import { LocalCounts } from './local-counts.ts';
import { limitsOf, options } from './options.ts';
import type { Verdict } from './quota.ts';
import { RedisStore } from './redis-store.ts';
import { createFallback, SharedCounts, tapShared } from './shared.ts';
import { RateLimitVerdict } from './tokens.ts';

export { createKey, ipv6PrefixSchema, type KeyFunction, keySchema, RateLimitVerdict, type Verdict };

export default definePlugin({
  name: 'rate-limit',
  options,
  async setup(gateway, settings) {
    const { maxKeys, store, onStoreError, dryRun } = settings;
    const limits = limitsOf(settings);
    const { store: local } = gateway.retain(
      JSON.stringify([limits, maxKeys]),
      () => new LocalCounts(limits, maxKeys, gateway.log),
      (counts) => counts.close(),
    );
    const keysOf = createKeys(limits);
    const answer = createAnswer(limits, settings, gateway);
    if (settings.fields && !dryRun) gateway.hooks.onResponse.tap(tellClient);
    if (store === 'memory') {
      gateway.hooks.onRequest.tap({ stage: Stage.Guard }, (exchange) =>
        answer(exchange, local.decide(keysOf(exchange), performance.now())),
      );
      return;
    }
    const shared = await gateway.retain(
      JSON.stringify([store, limits, onStoreError]),
      async () => new SharedCounts(await RedisStore.load(store, limits), onStoreError, gateway.log),
      (loading) =>
        loading.then(
          ({ store: loaded }) => loaded.close(),
          () => {},
        ),
    );
    gateway.onStart(() => shared.open());
    const fallback = createFallback(onStoreError, dryRun, local, answer);
    tapShared(gateway, shared, keysOf, answer, fallback);
  },
});
