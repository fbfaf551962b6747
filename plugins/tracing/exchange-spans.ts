import type { Context, Span } from '@opentelemetry/api';
import type { AttemptRecord, Exchange } from '../../core/index.ts';
import { attemptAttributes, attemptErrorType, clientSpanName } from './client-span.ts';
import { clientAttributes, serverEndAttributes, serverErrorType } from './server-span.ts';
import { setter } from './propagation.ts';
import type { SpanRecorder } from './span-recorder.ts';

/** The spans of one exchange: the server's, and a client's for each attempt. */
export class ExchangeSpans {
  readonly recorder: SpanRecorder;
  readonly #server: Span;
  readonly #context: Context;
  /** Wall clock at the zero of the monotonic one: a clock that is set in between does not bend durations. */
  readonly #epochMs: number;
  #client: Span | undefined = undefined;
  #attempt: AttemptRecord | undefined = undefined;

  constructor(recorder: SpanRecorder, server: Span, context: Context, epochMs: number) {
    this.recorder = recorder;
    this.#server = server;
    this.#context = context;
    this.#epochMs = epochMs;
  }

  /** The attempt that is to be sent gets a span, which its backend is told as the parent. */
  startAttempt(exchange: Exchange): void {
    const { otel, tracer, propagator, recordQuery } = this.recorder;
    this.endAttempt(exchange);
    const attempt = exchange.attempts[exchange.attempts.length - 1]!;
    const settings = {
      kind: otel.SpanKind.CLIENT,
      startTime: this.#epochMs + attempt.startedAtMs,
      attributes: attemptAttributes(exchange, attempt.backend, recordQuery),
    };
    const client = tracer.startSpan(clientSpanName(exchange), settings, this.#context);
    this.#client = client;
    this.#attempt = attempt;
    propagator.inject(otel.trace.setSpan(this.#context, client), exchange.outbound.fields, setter);
  }

  /**
   * Ends the span of the last attempt, if it has not: with the exchange, at its failure, or at its response head when
   * another attempt took its place.
   */
  endAttempt(exchange: Exchange): void {
    const client = this.#client;
    if (client === undefined) return;
    this.#client = undefined;
    const attempt = this.#attempt!;
    const { outcome, timings } = exchange;
    if (client.isRecording()) {
      if (attempt.status !== undefined) client.setAttribute('http.response.status_code', attempt.status);
      this.#judge(client, attemptErrorType(attempt, outcome));
    }
    const replacedAtMs = attempt.responseAtMs === 0 ? performance.now() : attempt.responseAtMs;
    client.end(this.#epochMs + (outcome === undefined ? replacedAtMs : timings.completedAtMs));
  }

  /** The exchange is over. */
  end(exchange: Exchange): void {
    this.endAttempt(exchange);
    const server = this.#server;
    if (server.isRecording()) {
      server.setAttributes(clientAttributes(exchange)); // plugins may have found out more since
      server.setAttributes(serverEndAttributes(exchange));
      this.#judge(server, serverErrorType(exchange.response?.status, exchange.outcome));
    }
    server.end(this.#epochMs + exchange.timings.completedAtMs);
  }

  #judge(span: Span, errorType: string | undefined): void {
    if (errorType === undefined) return;
    span.setAttribute('error.type', errorType);
    span.setStatus({ code: this.recorder.otel.SpanStatusCode.ERROR });
  }
}
