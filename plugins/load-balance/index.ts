import { z } from 'zod';
import { definePlugin, Stage, type Upstream } from '../../core/index.ts';
import type { Picker } from './picker.ts';
import { policies } from './policies.ts';
import { untried } from './untried.ts';

const options = z.strictObject({
  policy: z
    .enum(['round-robin'])
    .default('round-robin')
    .describe('How one of several backends is chosen; round-robin respects their weights.'),
});

export default definePlugin({
  name: 'load-balance',
  options,
  setup(gateway, { policy }) {
    const pickers = new Map<Upstream, Picker>();
    const pickerOf = (upstream: Upstream): Picker => {
      const picker = policies[policy](upstream, gateway);
      pickers.set(upstream, picker);
      return picker;
    };
    // last, so that it chooses among what all others left
    gateway.hooks.selectBackend.tap({ stage: Stage.Finish }, (candidates, exchange) => {
      const { attempts } = exchange;
      const left = attempts.length === 0 ? candidates : untried(candidates, attempts);
      if (left.length < 2) return left;
      const upstream = exchange.upstream!;
      const picker = pickers.get(upstream) ?? pickerOf(upstream);
      return picker.pick(left, exchange).alone;
    });
  },
});
