import { propagation, SpanKind, type TextMapPropagator, trace } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect, onTestFinished } from 'vitest';

interface SdkOptions {
  readonly sampler?: Sampler;
  /** Undefined registers none; default: those of W3C. */
  readonly propagator?: TextMapPropagator | undefined;
  readonly processors?: readonly SpanProcessor[];
}

/** An SDK that keeps the spans that have ended. */
export class Sdk {
  readonly #exporter = new InMemorySpanExporter();
  readonly #provider: BasicTracerProvider;

  constructor({ sampler, processors = [] }: SdkOptions) {
    const spanProcessors = [...processors, new SimpleSpanProcessor(this.#exporter)];
    this.#provider = new BasicTracerProvider({
      spanProcessors,
      ...(sampler === undefined ? {} : { sampler }),
    });
    trace.setGlobalTracerProvider(this.#provider);
  }

  async close(): Promise<void> {
    trace.disable();
    propagation.disable();
    await this.#provider.shutdown();
  }

  /** All that have ended, in the order of their end. */
  async spans(): Promise<ReadableSpan[]> {
    await this.#provider.forceFlush();
    return this.#exporter.getFinishedSpans();
  }

  /** Those of one exchange: the server's, which is the only one, and the client's in their order. */
  async exchange(): Promise<{ server: ReadableSpan; clients: ReadableSpan[] }> {
    const spans = await this.spans();
    const servers = spans.filter(({ kind }) => kind === SpanKind.SERVER);
    expect(servers).toHaveLength(1);
    return { server: servers[0]!, clients: spans.filter(({ kind }) => kind === SpanKind.CLIENT) };
  }
}

function w3c(): TextMapPropagator {
  return new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
  });
}

/** Registers an SDK until the test is over. */
export function registerSdk(options: SdkOptions = {}): Sdk {
  const sdk = new Sdk(options);
  onTestFinished(() => sdk.close());
  const propagator = 'propagator' in options ? options.propagator : w3c();
  if (propagator !== undefined) propagation.setGlobalPropagator(propagator);
  return sdk;
}

/** What a traceparent of version 00 says of a span. */
export function parentField(span: ReadableSpan): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-0${traceFlags}`;
}
