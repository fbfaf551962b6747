import { GatewayError } from '../errors.ts';
import { Deadline, type DeadlineOwner } from '../transport/timer-wheel.ts';
import type { ExchangeTimeouts } from './exchange.ts';
import { failNow } from './failure.ts';
import type { LiveExchange } from './live-exchange.ts';

/** The bounds that plugins set for one exchange, and the watch over the one on the whole. */
export class Timeouts implements ExchangeTimeouts, DeadlineOwner {
  connectMs: number | undefined = undefined;
  responseHeadMs: number | undefined = undefined;
  idleMs: number | undefined = undefined;
  attemptMs: number | undefined = undefined;
  readonly #exchange: LiveExchange;
  #total: Deadline | undefined = undefined;
  #totalMs: number | undefined = undefined;

  constructor(exchange: LiveExchange) {
    this.#exchange = exchange;
  }

  get totalMs(): number | undefined {
    return this.#totalMs;
  }

  set totalMs(totalMs: number | undefined) {
    this.#totalMs = totalMs;
    this.#total?.disarm();
    if (totalMs === undefined) return;
    const elapsedMs = performance.now() - this.#exchange.startedAtMs;
    (this.#total ??= new Deadline(this)).arm(totalMs - elapsedMs);
  }

  onDeadline(): void {
    const detail = `The exchange took too long, in phase ${this.#exchange.phase}.`;
    const error = new GatewayError('exchange_timeout', detail);
    this.#exchange.attempt?.onExchangeTimeout(error);
    failNow(this.#exchange, error);
  }

  release(): void {
    this.#total?.release();
  }
}
