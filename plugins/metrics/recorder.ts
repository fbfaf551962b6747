import type { Backend, Exchange, Instruments, Outcome, RouteInfo, Upstream } from '../../core/index.ts';
import type { AttemptCounts } from './attempt-counts.ts';
import type { Counts } from './counts.ts';
import type { ExchangeCounts } from './exchange-counts.ts';
import { routeLabel } from './route-label.ts';

type ByBackend = Map<Backend | undefined, ExchangeCounts>;

const noBackend = { upstream: '', backend: '' };

/** It came to the choice of a backend, of which there was none. */
function foundNoBackend({ code, hook }: Outcome): boolean {
  return code === 'no_backend' || hook === 'onBackendError';
}

/** Counts the exchanges of one configuration: finds what to count in by the objects that these have anyway. */
export class Recorder {
  readonly #counts: Counts;
  readonly #ofRoute = new Map<RouteInfo | undefined, ByBackend>();
  readonly #ofBackend = new Map<Backend, AttemptCounts>();
  readonly #failures;
  readonly #answers;

  constructor(counts: Counts, upstreams: ReadonlyMap<string, Upstream>, instruments: Instruments) {
    this.#counts = counts;
    for (const { name, backends } of upstreams.values()) {
      for (const backend of backends) {
        this.#ofBackend.set(backend, counts.attemptsOf({ upstream: name, backend: backend.name }));
      }
    }
    this.#failures = instruments.define('counter', {
      name: 'failures_total',
      help: 'Requests that did not end well, by who ended them and why.',
      labels: ['route', 'ended_by', 'reason'],
    });
    this.#answers = instruments.define('counter', {
      name: 'plugin_answers_total',
      help: 'Requests that a plugin answered instead of a backend.',
      labels: ['plugin', 'reason'],
    });
  }

  record(exchange: Exchange): void {
    const { route, backend, attempts, outcome } = exchange;
    for (let i = 0; i < attempts.length; i++) this.#ofBackend.get(attempts[i]!.backend)?.count(attempts[i]!);
    const ofRoute = this.#ofRoute.get(route) ?? this.#addRoute(route);
    if (outcome!.code === undefined) (ofRoute.get(backend) ?? this.#add(ofRoute, exchange)).count(exchange);
    else this.#recordSpecial(exchange, outcome!, ofRoute);
  }

  /** It failed, or a plugin answered. */
  #recordSpecial(exchange: Exchange, outcome: Outcome, ofRoute: ByBackend): void {
    const { endedBy, code, plugin } = outcome;
    const route = routeLabel(exchange.route);
    if (endedBy !== undefined) this.#failures.of(route, endedBy, code!).value++;
    else this.#answers.of(plugin ?? '', code!).value++;
    const counts =
      exchange.backend === undefined && foundNoBackend(outcome)
        ? this.#counts.exchangesOf({ route, upstream: exchange.upstream?.name ?? '', backend: '' })
        : (ofRoute.get(exchange.backend) ?? this.#add(ofRoute, exchange));
    counts.count(exchange);
  }

  #addRoute(route: RouteInfo | undefined): ByBackend {
    const ofRoute: ByBackend = new Map();
    this.#ofRoute.set(route, ofRoute);
    return ofRoute;
  }

  #add(ofRoute: ByBackend, { route, backend }: Exchange): ExchangeCounts {
    const { labels } = (backend && this.#ofBackend.get(backend)) ?? { labels: noBackend };
    const counts = this.#counts.exchangesOf({ route: routeLabel(route), ...labels });
    ofRoute.set(backend, counts);
    return counts;
  }
}
