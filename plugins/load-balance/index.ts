import { definePlugin, Stage, type Upstream } from '../../core/index.ts';
import { Balancer } from './balancer.ts';
import { options } from './options.ts';

export default definePlugin({
  name: 'load-balance',
  options,
  setup(gateway, settings) {
    const balancers = new Map<Upstream, Balancer>();
    const add = (upstream: Upstream): Balancer => {
      const balancer = new Balancer(upstream, settings, gateway);
      balancers.set(upstream, balancer);
      return balancer;
    };
    for (const upstream of gateway.upstreams.values()) add(upstream);
    // last, so that it chooses among what all others left
    gateway.hooks.selectBackend.tap({ stage: Stage.Finish }, (candidates, exchange) => {
      const upstream = exchange.upstream!;
      return (balancers.get(upstream) ?? add(upstream)).choose(candidates, exchange);
    });
    if (settings.policy !== 'peak-ewma') return;
    gateway.hooks.onComplete.tap(({ upstream, attempts }) => {
      if (upstream !== undefined) balancers.get(upstream)?.observe(attempts);
    });
  },
});
