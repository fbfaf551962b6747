import { type Met, RequestWindow } from './request-window.ts';

export interface RequestRules {
  readonly consecutiveFailures: number;
  readonly consecutiveErrors: number;
  readonly failureShare: number;
  readonly errorShare: number;
  readonly minimumRequests: number;
  readonly windowMs: number;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Judges a backend by what requests meet there; requests without an answer and those with 5xx are counted apart. */
export class RequestJudge {
  readonly #rules: RequestRules;
  readonly #window: RequestWindow;
  #failuresInRow = 0;
  #errorsInRow = 0;

  constructor(rules: RequestRules) {
    this.#rules = rules;
    this.#window = new RequestWindow(rules.windowMs);
  }

  /** Why the backend should be ejected; undefined while it should not. */
  note(met: Met, nowMs: number): string | undefined {
    this.#window.note(met, nowMs);
    if (met !== 'failure') this.#failuresInRow = 0;
    if (met === 'answer') this.#errorsInRow = 0;
    if (met === 'answer') return undefined;
    return met === 'failure' ? this.#afterFailure(nowMs) : this.#afterError(nowMs);
  }

  /** A new beginning. */
  clear(): void {
    this.#window.clear();
    this.#failuresInRow = this.#errorsInRow = 0;
  }

  #afterFailure(nowMs: number): string | undefined {
    if (++this.#failuresInRow >= this.#rules.consecutiveFailures) {
      return `${this.#failuresInRow} failures in a row`;
    }
    const { requests, failures } = this.#window.counts(nowMs);
    const { minimumRequests, failureShare } = this.#rules;
    if (requests < minimumRequests || failures / requests < failureShare) return undefined;
    return `${percent(failures / requests)} of ${requests} requests failed`;
  }

  #afterError(nowMs: number): string | undefined {
    if (++this.#errorsInRow >= this.#rules.consecutiveErrors) {
      return `${this.#errorsInRow} responses with 5xx in a row`;
    }
    const { requests, errors } = this.#window.counts(nowMs);
    const { minimumRequests, errorShare } = this.#rules;
    if (requests < minimumRequests || errors / requests < errorShare) return undefined;
    return `${percent(errors / requests)} of ${requests} requests got 5xx`;
  }
}
