import { definePlugin, type Exchange, type PluginHost, Stage, untried } from '../../core/index.ts';
import { hasIdempotencyKey } from './idempotency-key.ts';
import { RetryLease } from './lease.ts';
import { options } from './options.ts';
import { Retrier } from './retrier.ts';

/** A body that can be sent again makes a retry possible after a part of it was sent. Last, when it is known who may. */
function keepBodies({ hooks }: PluginHost, maxReplayBytes: number): void {
  hooks.onRequest.tap({ stage: Stage.Finish }, ({ outbound, isRepeatable, inbound }) => {
    if (isRepeatable && inbound.contentLength !== 0) outbound.body.keep(maxReplayBytes);
  });
}

/** Last, for what counts is what the backend will see. */
function trustKeys({ hooks }: PluginHost, name: string): void {
  hooks.onRequest.tap({ stage: Stage.Finish }, (exchange) => {
    if (exchange.isRepeatable || exchange.outbound.method === 'CONNECT') return;
    if (hasIdempotencyKey(exchange.outbound.fields, name)) exchange.isRepeatable = true;
  });
}

export default definePlugin({
  name: 'retry',
  options,
  setup(gateway, settings) {
    const { hooks } = gateway;
    const { attemptTimeoutMs, maxReplayBytes, statuses, idempotencyKey } = settings;
    const retrier = new Retrier(gateway, settings);
    if (attemptTimeoutMs !== undefined) {
      hooks.onRequest.tap({ stage: Stage.Observe }, ({ timeouts }) => {
        timeouts.attemptMs = attemptTimeoutMs;
      });
    }
    if (idempotencyKey !== false) {
      trustKeys(gateway, idempotencyKey === true ? 'Idempotency-Key' : idempotencyKey);
    }
    if (maxReplayBytes > 0) keepBodies(gateway, maxReplayBytes);
    // when sessions and the like have had their say: who is bound to a backend is tried there again
    hooks.selectBackend.tap({ stage: Stage.Finish }, (candidates, { attempts }) =>
      attempts.length === 0 ? undefined : untried(candidates, attempts),
    );
    hooks.onBackendError.tapPromise((exchange, { error, mayRetry, nothingSent }) =>
      retrier.decide(exchange, { met: error.code, mayRetry, nothingSent }),
    );
    if (statuses.length > 0) {
      hooks.onBackendResponse.tapPromise((exchange, { status, mayRetry }) =>
        retrier.decide(exchange, {
          met: status,
          mayRetry: mayRetry && statuses.includes(status),
          nothingSent: false,
        }),
      );
    }
    const release = (exchange: Exchange): void => exchange.get(RetryLease)?.release();
    hooks.onResponse.tap({ stage: Stage.Observe }, release);
    hooks.onComplete.tap(release);
  },
});
