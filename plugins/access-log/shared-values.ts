import { type Exchange, type Outcome, ownText } from '../../core/index.ts';
import type { Measures } from './measures.ts';
import { statusOf } from './termination.ts';

/**
 * Values that many exchanges have in common. They are read and compared in one place, in a fixed order: through a
 * function for each that would cost five times as much.
 */
export interface SharedValues {
  /** Whether an exchange has the same. */
  areOf(exchange: Exchange, measures: Measures): boolean;
}

/** What was asked for of whom, and how it ended. */
class AnswerValues implements SharedValues {
  readonly #method: string;
  readonly #host: string;
  readonly #httpVersion: string;
  readonly #status: number | undefined;
  readonly #isSlow: boolean;
  readonly #outcome: Outcome;

  constructor(exchange: Exchange, { isSlow }: Measures) {
    const { inbound, outcome } = exchange;
    this.#method = ownText(inbound.method);
    this.#host = ownText(inbound.authority);
    this.#httpVersion = inbound.httpVersion;
    this.#status = statusOf(exchange);
    this.#isSlow = isSlow;
    const { endedBy, phase, code, plugin, hook } = outcome!;
    this.#outcome = { endedBy, phase, code, plugin, hook };
  }

  areOf(exchange: Exchange, measures: Measures): boolean {
    const { inbound } = exchange;
    return (
      statusOf(exchange) === this.#status &&
      inbound.method === this.#method &&
      inbound.httpVersion === this.#httpVersion &&
      measures.isSlow === this.#isSlow &&
      isSameOutcome(exchange.outcome!, this.#outcome) &&
      inbound.authority === this.#host
    );
  }
}

function isSameOutcome(one: Outcome, other: Outcome): boolean {
  return (
    one.code === other.code &&
    one.phase === other.phase &&
    one.endedBy === other.endedBy &&
    one.plugin === other.plugin &&
    one.hook === other.hook
  );
}

/** Which way an exchange went, and what it waited for until it was sent: nothing, mostly. */
class WayValues implements SharedValues {
  readonly #route: string | undefined;
  readonly #upstream: string | undefined;
  readonly #backend: string | undefined;
  readonly #attempts: number;
  readonly #clientHeadMs: number;
  readonly #queueMs: number;
  readonly #connectMs: number;

  constructor({ route, upstream, backend, attempts }: Exchange, measures: Measures) {
    this.#route = route?.name;
    this.#upstream = upstream?.name;
    this.#backend = backend?.name;
    this.#attempts = attempts.length;
    this.#clientHeadMs = measures.clientHeadMs;
    this.#queueMs = measures.queueMs;
    this.#connectMs = measures.connectMs;
  }

  areOf(exchange: Exchange, measures: Measures): boolean {
    return (
      measures.clientHeadMs === this.#clientHeadMs &&
      measures.queueMs === this.#queueMs &&
      measures.connectMs === this.#connectMs &&
      exchange.attempts.length === this.#attempts &&
      exchange.backend?.name === this.#backend &&
      exchange.upstream?.name === this.#upstream &&
      exchange.route?.name === this.#route
    );
  }
}

export const sharedValues = { answer: AnswerValues, way: WayValues };

export type SharedName = keyof typeof sharedValues;
