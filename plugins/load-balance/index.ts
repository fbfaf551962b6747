import { type AttemptRecord, type Backend, definePlugin, type PluginHost, Stage } from '../../core/index.ts';
import { Balancer } from './balancer.ts';
import { options } from './options.ts';

/** Tells of attempts as soon as they are answered or failed: an answer may go on for hours. */
function observeAttempts({ hooks }: PluginHost, balancerOf: ReadonlyMap<Backend, Balancer>): void {
  const observe = (attempt: AttemptRecord): void => balancerOf.get(attempt.backend)?.observe(attempt);
  hooks.onResponse.tap({ stage: Stage.Observe }, ({ attempts }) => {
    for (const attempt of attempts) if (attempt.responseAtMs > 0) observe(attempt);
  });
  hooks.onBackendError.tap({ stage: Stage.Observe }, ({ attempts }, { backend }) => {
    if (backend !== undefined) observe(attempts.at(-1)!);
  });
}

export default definePlugin({
  name: 'load-balance',
  options,
  setup(gateway, settings) {
    const upstreams = [...gateway.upstreams.values()];
    const balancers = new Map(
      upstreams.map((upstream) => [upstream, new Balancer(upstream, settings, gateway)]),
    );
    // last, so that it chooses among what all others left
    gateway.hooks.selectBackend.tap({ stage: Stage.Finish }, (candidates, exchange) =>
      balancers.get(exchange.upstream!)?.choose(candidates, exchange),
    );
    if (settings.policy !== 'peak-ewma') return;
    const pairs = [...balancers].flatMap(([{ backends }, balancer]) =>
      backends.map((backend) => [backend, balancer] as const),
    );
    observeAttempts(gateway, new Map(pairs));
  },
});
