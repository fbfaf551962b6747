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

/** The tracer of the SDK that is registered now; undefined while none is. */
export function findTracer(otel: Otel): OpenTelemetry.Tracer | undefined {
  const provider: OpenTelemetry.TracerProvider &
    Partial<Pick<OpenTelemetry.ProxyTracerProvider, 'getDelegateTracer'>> = otel.trace.getTracerProvider();
  // the API's stand-in knows whether it stands in for an SDK; another provider is one
  return provider.getDelegateTracer === undefined
    ? provider.getTracer(instrumentationScope)
    : provider.getDelegateTracer(instrumentationScope);
}
