import {
  type Exchange,
  type LocalResponse,
  respond,
  retry,
  type RetryDecision,
  type Upstream,
} from '../../core/index.ts';
import type { Options } from './options.ts';

/** What stands in for an upstream that fails: another one, an answer, or first the one and then the other. */
export class Substitute {
  readonly #upstream: Upstream | undefined;
  readonly #isOpen: (upstream: Upstream) => boolean;
  readonly #answer: LocalResponse | undefined;
  readonly #onUsed: (upstream: string, by: 'upstream' | 'response') => void;

  /**
   * `isOpen` tells whose circuit lets nothing through; `onUsed` is told the name of an upstream, and who stood in.
   * @throws GatewayError `invalid_field` for fields that cannot be sent.
   */
  constructor(
    upstream: Upstream | undefined,
    settings: Options['response'],
    isOpen: (upstream: Upstream) => boolean,
    onUsed: (upstream: string, by: 'upstream' | 'response') => void,
  ) {
    this.#upstream = upstream;
    this.#isOpen = isOpen;
    this.#onUsed = onUsed;
    if (settings === undefined) return;
    const { status, headers, body } = settings;
    this.#answer = respond(status, headers, body, { code: 'fallback' });
  }

  /** For an exchange of which nothing was sent yet: if need be, sends it to the other upstream, or gives the answer. */
  before(exchange: Exchange): LocalResponse | undefined {
    if (exchange.upstream === undefined || !this.#isOpen(exchange.upstream)) return undefined;
    return this.#reroute(exchange) ? undefined : this.#answerFor(exchange);
  }

  /** For an exchange whose attempts have failed, or that no backend was left for. */
  after(exchange: Exchange, mayRetry: boolean): LocalResponse | RetryDecision | undefined {
    return mayRetry && this.#reroute(exchange) ? retry() : this.#answerFor(exchange);
  }

  /** Sends the exchange to the other upstream; false when there is none to take it, or it goes there already. */
  #reroute(exchange: Exchange): boolean {
    if (this.#upstream === undefined || exchange.upstream === this.#upstream) return false;
    if (this.#isOpen(this.#upstream)) return false;
    this.#onUsed(exchange.upstream?.name ?? '', 'upstream');
    exchange.upstream = this.#upstream;
    return true;
  }

  #answerFor({ upstream }: Exchange): LocalResponse | undefined {
    if (this.#answer !== undefined) this.#onUsed(upstream?.name ?? '', 'response');
    return this.#answer;
  }
}
