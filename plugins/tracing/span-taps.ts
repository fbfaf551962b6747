import { type Exchange, type PluginHooks, Slot, Stage } from '../../core/index.ts';
import type { ExchangeSpans } from './exchange-spans.ts';
import type { FailureReport } from './failure-report.ts';
import type { IncomingTrace } from './incoming.ts';
import type { Otel } from './otel.ts';
import { type RecorderSettings, SpanRecorder } from './span-recorder.ts';

const Spans = new Slot<ExchangeSpans>('tracing-spans');

/** Spans of exchanges while an SDK is registered; what it throws is reported and stops nothing. */
export class SpanTaps {
  readonly #otel: Otel;
  readonly #settings: RecorderSettings;
  readonly #failures: FailureReport;
  #recorder: SpanRecorder | undefined = undefined;

  constructor(otel: Otel, settings: RecorderSettings, failures: FailureReport) {
    this.#otel = otel;
    this.#settings = settings;
    this.#failures = failures;
  }

  /** Whether an SDK is there; asked anew until one is, for it may be registered late. */
  get isRecording(): boolean {
    try {
      this.#recorder ??= SpanRecorder.find(this.#otel, this.#settings);
    } catch (error) {
      this.#failures.add(error);
    }
    return this.#recorder !== undefined;
  }

  /** False when the exchange gets no span. */
  begin(exchange: Exchange, trace: IncomingTrace): boolean {
    if (!this.isRecording) return false;
    try {
      const spans = this.#recorder!.begin(exchange, trace);
      if (spans !== undefined) exchange.set(Spans, spans);
      return spans !== undefined;
    } catch (error) {
      this.#failures.add(error);
      return false;
    }
  }

  /** Taps what comes after the beginning. */
  follow(hooks: PluginHooks): void {
    const endAttempt = this.#guarded((spans, exchange) => spans.endAttempt(exchange));
    const startAttempt = this.#guarded((spans, exchange) => spans.startAttempt(exchange));
    hooks.onBackendRequest.tap({ stage: Stage.Finish }, startAttempt);
    hooks.onBackendError.tap({ stage: Stage.Observe }, endAttempt);
    hooks.onComplete.tap(this.#guarded((spans, exchange) => spans.end(exchange)));
  }

  /** For exchanges that this entry of the plugin began; another one may be listed for other routes. */
  #guarded(step: (spans: ExchangeSpans, exchange: Exchange) => void): (exchange: Exchange) => void {
    return (exchange) => {
      const spans = exchange.get(Spans);
      if (spans === undefined || spans.recorder !== this.#recorder) return;
      try {
        step(spans, exchange);
      } catch (error) {
        this.#failures.add(error);
      }
    };
  }
}
