import type { Inbound } from './drafts.ts';
import type { Exchange } from './exchange.ts';
import type { IsInScope } from './facade.ts';
import type { Hooks } from './hooks.ts';
import type { LiveExchange } from './live-exchange.ts';
import { recordTaps } from './recorded-taps.ts';
import type { RouteVerdict } from './route-verdict.ts';
import { Trail } from './trail.ts';

/** The plugins of one generation that want trails, and of which exchanges. */
export class TrailRequests {
  readonly #wanted: ((exchange: LiveExchange) => boolean)[] = [];

  add(
    isWanted: (exchange: Exchange) => boolean,
    isInScope: IsInScope,
    onFailed: (error: unknown) => void,
  ): void {
    this.#wanted.push((exchange) => {
      try {
        return (isInScope === undefined || isInScope(exchange)) && isWanted(exchange);
      } catch (error) {
        // a record that cannot be had is no reason to fail the exchange
        onFailed(error);
        return false;
      }
    });
  }

  /** Once all plugins are set up: has the taps recorded, unless nobody asked for it. */
  apply(hooks: Hooks, judgeRoutes: (inbound: Inbound) => RouteVerdict[]): void {
    if (this.#wanted.length === 0) return;
    recordTaps(hooks, (exchange) => {
      let isWanted = false;
      for (const wants of this.#wanted) isWanted = wants(exchange) || isWanted; // each is to know its own
      return isWanted ? new Trail(() => judgeRoutes(exchange.inbound)) : undefined;
    });
  }
}
