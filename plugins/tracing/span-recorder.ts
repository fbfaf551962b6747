import type { Context, Link, TextMapPropagator, Tracer } from '@opentelemetry/api';
import type { Exchange } from '../../core/index.ts';
import { ExchangeSpans } from './exchange-spans.ts';
import type { IncomingTrace } from './incoming.ts';
import { findTracer, type Otel } from './otel.ts';
import { findPropagator, getter } from './propagation.ts';
import { type RecordQuery, serverAttributes, serverSpanName } from './server-span.ts';
import { ServerSpan, TraceId } from './tokens.ts';

export interface RecorderSettings {
  /** What a trace that a request brings is worth. */
  readonly incoming: 'continue' | 'link' | 'ignore';
  readonly recordQuery: RecordQuery;
}

/** Makes spans with the SDK that is registered. */
export class SpanRecorder {
  readonly otel: Otel;
  readonly tracer: Tracer;
  readonly propagator: TextMapPropagator;
  readonly recordQuery: RecordQuery;
  readonly #incoming: RecorderSettings['incoming'];
  /** Fields that no backend gets from a client, for the gateway writes its own. */
  readonly #ownFields: ReadonlySet<string>;

  constructor(otel: Otel, tracer: Tracer, { incoming, recordQuery }: RecorderSettings) {
    this.otel = otel;
    this.tracer = tracer;
    this.propagator = findPropagator(otel);
    this.recordQuery = recordQuery;
    this.#incoming = incoming;
    this.#ownFields = new Set(['traceparent', 'tracestate', ...this.propagator.fields()]);
  }

  /** Undefined while no SDK is registered. */
  static find(otel: Otel, settings: RecorderSettings): SpanRecorder | undefined {
    const tracer = findTracer(otel);
    return tracer === undefined ? undefined : new SpanRecorder(otel, tracer, settings);
  }

  /** Begins the server's span; undefined when the SDK makes none. */
  begin(exchange: Exchange, trace: IncomingTrace): ExchangeSpans | undefined {
    const { otel } = this;
    const epochMs = Date.now() - performance.now();
    const parent = this.#parentOf(exchange, trace);
    const isContinued = this.#incoming === 'continue';
    const settings = {
      kind: otel.SpanKind.SERVER,
      startTime: epochMs + exchange.timings.startedAtMs,
      attributes: serverAttributes(exchange, this.recordQuery),
      links: isContinued ? [] : this.#linksTo(parent),
    };
    const base = isContinued ? parent : otel.ROOT_CONTEXT;
    const server = this.tracer.startSpan(serverSpanName(exchange), settings, base);
    const identity = server.spanContext();
    if (identity.traceId === otel.INVALID_TRACEID) return undefined;
    for (const name of this.#ownFields) exchange.outbound.fields.delete(name);
    exchange.set(TraceId, identity.traceId);
    exchange.set(ServerSpan, identity);
    return new ExchangeSpans(this, server, otel.trace.setSpan(base, server), epochMs);
  }

  #parentOf({ inbound: { fields } }: Exchange, trace: IncomingTrace): Context {
    const { ROOT_CONTEXT } = this.otel;
    if (this.#incoming === 'ignore') return ROOT_CONTEXT;
    return this.propagator.extract(ROOT_CONTEXT, { fields, trace }, getter);
  }

  #linksTo(parent: Context): Link[] {
    const context = this.otel.trace.getSpanContext(parent);
    return context === undefined ? [] : [{ context }];
  }
}
