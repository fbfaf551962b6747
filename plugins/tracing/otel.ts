import { setTimeout as delay } from 'node:timers/promises';
import type * as OpenTelemetry from '@opentelemetry/api';

/** The package @opentelemetry/api, which need not be installed. */
export type Otel = typeof OpenTelemetry;

const instrumentationScope = 'hookway';

/** Undefined when the package is not installed. */
export async function loadOtel(): Promise<Otel | undefined> {
  try {
    return await import('@opentelemetry/api');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** What may stand for the provider: the API's stand-in, which knows whether there is an SDK, or the SDK's own. */
type Provider = OpenTelemetry.TracerProvider &
  Partial<Pick<OpenTelemetry.ProxyTracerProvider, 'getDelegate' | 'getDelegateTracer'>>;

/** Every SDK's provider can, though the API does not say so. */
type Flushable = OpenTelemetry.TracerProvider & { readonly forceFlush?: () => Promise<void> };

/** The tracer of the SDK that is registered now; undefined while none is. */
export function findTracer(otel: Otel): OpenTelemetry.Tracer | undefined {
  const provider: Provider = otel.trace.getTracerProvider();
  return provider.getDelegateTracer === undefined
    ? provider.getTracer(instrumentationScope)
    : provider.getDelegateTracer(instrumentationScope);
}

/** Lets the SDK send the spans that it gathered, for at most that long: a process that ends would lose them. */
export async function flushSpans(otel: Otel, timeoutMs: number): Promise<void> {
  const provider: Provider = otel.trace.getTracerProvider();
  const sdk: Flushable = provider.getDelegate?.() ?? provider;
  if (sdk.forceFlush === undefined) return;
  const flushed = new AbortController();
  const late = delay(timeoutMs, undefined, { signal: flushed.signal }).catch(() => undefined);
  await Promise.race([sdk.forceFlush(), late]).finally(() => flushed.abort());
}
