import {
  type Exchange,
  type Instrument,
  isUntried,
  type PluginHost,
  retry,
  type RetryDecision,
  type Upstream,
} from '../../core/index.ts';
import { Circuits } from '../circuit-breaker/tokens.ts';
import { Health } from '../health-check/tokens.ts';
import { RetryBudget } from './budget.ts';
import { Lease, RetryLease } from './lease.ts';
import type { Options } from './options.ts';
import { pauseBeforeRetry } from './retry-rules.ts';

/** What an attempt met, and what may be done about it. */
export interface Met {
  readonly met: string | number;
  readonly mayRetry: boolean;
  readonly nothingSent: boolean;
}

const nothing = undefined;

/** Decides whether exchanges are tried again, and lets them wait. */
export class Retrier {
  readonly #gateway: PluginHost;
  readonly #options: Options;
  readonly #budgets = new Map<Upstream, RetryBudget>();
  readonly #granted: Instrument;
  readonly #denied: Instrument;

  constructor(gateway: PluginHost, options: Options) {
    this.#gateway = gateway;
    this.#options = options;
    this.#granted = gateway.counter({
      name: 'granted_total',
      help: 'Retries, by the failure or the status that led to them.',
      labels: ['upstream', 'reason'],
    });
    this.#denied = gateway.counter({
      name: 'denied_total',
      help: 'Retries for which there was no room in the budget, or in the limits of circuit-breaker.',
      labels: ['upstream', 'reason'],
    });
  }

  /** Resolves when it is time to try again, or to nothing when it is not to be tried. */
  decide(
    exchange: Exchange,
    { met, mayRetry, nothingSent }: Met,
  ): Promise<RetryDecision | undefined> | undefined {
    if (!mayRetry) return nothing;
    const attempts = attemptsAt(exchange.upstream!, exchange);
    const isAnotherLeft = nothingSent && this.#isAnotherLeft(exchange);
    const situation = { met, mayRetry, nothingSent, attempts, isAnotherLeft, leftMs: leftMs(exchange) };
    const pauseMs = pauseBeforeRetry(situation, this.#options, Math.random);
    if (pauseMs === undefined || this.#gateway.use(Circuits)?.isOpen(exchange.upstream!) === true)
      return nothing;
    // a backend that got nothing of it has had no work: the request only finds its way to another
    const lease = isAnotherLeft ? undefined : this.#leaseOf(exchange);
    if (lease === undefined && !isAnotherLeft) return nothing;
    const fields = { met, backend: exchange.backend?.name, attempts, pauseMs, exchange: exchange.id };
    this.#gateway.log.debug(fields, 'trying again');
    this.#granted.of(exchange.upstream!.name, String(met)).value++;
    return lease === undefined || pauseMs === 0 ? Promise.resolve(retry()) : this.#pause(lease, pauseMs);
  }

  async #pause(lease: Lease, ms: number): Promise<RetryDecision> {
    const budget = this.#budgetOf(lease.upstream);
    budget.pausing++;
    await lease.pause(ms);
    budget.pausing--;
    return retry();
  }

  #isAnotherLeft({ upstream, attempts }: Exchange): boolean {
    const health = this.#gateway.use(Health);
    const isLeft = (backend: Upstream['backends'][number]): boolean =>
      isUntried(backend, attempts) && health?.isHealthy(backend) !== false;
    return upstream?.candidates.some(isLeft) === true;
  }

  #leaseOf(exchange: Exchange): Lease | undefined {
    const upstream = exchange.upstream!;
    const held = exchange.get(RetryLease);
    if (held?.upstream === upstream) return held;
    const giveBack = this.#takeRoom(upstream);
    if (giveBack === undefined) return undefined;
    held?.release(); // a plugin has sent it to another upstream
    const lease = new Lease(upstream, giveBack);
    exchange.set(RetryLease, lease);
    return lease;
  }

  /** Room in the budget and in the circuit of the upstream; a function that gives both back. */
  #takeRoom(upstream: Upstream): (() => void) | undefined {
    const budget = this.#budgetOf(upstream);
    const circuits = this.#gateway.use(Circuits);
    if (circuits?.takeRetry(upstream) === false) return this.#deny(upstream, 'circuit');
    if (budget.take(runningRequests(upstream))) {
      return () => {
        budget.release();
        circuits?.releaseRetry(upstream);
      };
    }
    circuits?.releaseRetry(upstream);
    return this.#deny(upstream, 'budget');
  }

  #deny(upstream: Upstream, reason: string): undefined {
    this.#denied.of(upstream.name, reason).value++;
  }

  #budgetOf(upstream: Upstream): RetryBudget {
    const existing = this.#budgets.get(upstream);
    if (existing !== undefined) return existing;
    const budget = new RetryBudget(this.#options.budget, () =>
      this.#gateway.log.warn(
        { upstream: upstream.name },
        'the retry budget is exhausted, failures are passed on',
      ),
    );
    this.#budgets.set(upstream, budget);
    return budget;
  }
}

/** With the one that asks, whose attempt is over already. */
function runningRequests({ backends }: Upstream): number {
  let running = 1;
  for (const backend of backends) running += backend.activeAttempts;
  return running;
}

/** So far at that upstream: one that takes over from another begins anew. */
function attemptsAt({ backends }: Upstream, { attempts }: Exchange): number {
  return attempts.filter(({ backend }) => backends.includes(backend)).length;
}

function leftMs({ timeouts: { totalMs }, timings }: Exchange): number {
  return totalMs === undefined ? Infinity : totalMs - (performance.now() - timings.startedAtMs);
}
