import {
  type AttemptRecord,
  type Backend,
  type Exchange,
  type PluginHost,
  untried,
  type Upstream,
} from '../../core/index.ts';
import { StickyBackend } from '../sticky-session/tokens.ts';
import type { Settings } from './options.ts';
import type { Picker } from './picker.ts';
import { policies } from './policies.ts';
import type { Retain } from './retain.ts';
import { SlowStart } from './slow-start.ts';
import { ownWeight } from './weights.ts';

/** Chooses among the backends of one upstream. */
export class Balancer {
  readonly #picker: Picker;
  readonly #slowStart: SlowStart<Backend> | undefined;

  constructor(upstream: Upstream, settings: Settings, gateway: PluginHost) {
    const retain: Retain = (key, create) => gateway.retain(JSON.stringify([upstream.name, key]), create);
    const { policy, slowStartMs } = settings;
    if (slowStartMs > 0) {
      this.#slowStart = new SlowStart(upstream.backends, slowStartMs, () => performance.now(), retain);
    }
    const slowStart = this.#slowStart;
    const weightOf = slowStart?.weightOf ?? ownWeight;
    this.#picker = policies[policy]({ upstream, settings, weightOf, slowStart, retain });
  }

  /** A list of one backend, or an empty one. */
  choose(candidates: readonly Backend[], exchange: Exchange): readonly Backend[] {
    const { attempts } = exchange;
    // an exchange that is bound to one backend says nothing about the others
    if (exchange.get(StickyBackend) === undefined) this.#slowStart?.see(candidates);
    const left = attempts.length === 0 ? candidates : untried(candidates, attempts);
    return left.length < 2 ? left : this.#picker.pick(left, exchange).alone;
  }

  observe(attempt: AttemptRecord): void {
    this.#picker.observe?.(attempt);
  }
}
