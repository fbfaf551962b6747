import { definePlugin, type Exchange, type PluginHooks, Slot, Stage } from '../../core/index.ts';
import type { ExchangeSpans } from './exchange-spans.ts';
import { FailureReport } from './failure-report.ts';
import { type IncomingTrace, nothingIncoming, passOn, readTrace } from './incoming.ts';
import { options } from './options.ts';
import { loadOtel, type Otel } from './otel.ts';
import { createRedaction, credentialParameters } from './redaction.ts';
import { type RecorderSettings, SpanRecorder } from './span-recorder.ts';
import { ServerSpan, type SpanIdentity, TraceId } from './tokens.ts';
import { createTraceKeeper } from './without-sdk.ts';

export { ServerSpan, type SpanIdentity, TraceId };

const Spans = new Slot<ExchangeSpans>('tracing-spans');

/** Finds the recorder when the first exchange comes, and as long as none is found: an SDK may be registered late. */
function createRecorderSearch(
  otel: Otel | undefined,
  settings: RecorderSettings,
): () => SpanRecorder | undefined {
  if (otel === undefined) return () => undefined;
  let found: SpanRecorder | undefined;
  return () => (found ??= SpanRecorder.find(otel, settings));
}

/** Taps what follows the beginning; what an SDK throws is reported and stops nothing. */
function followAttempts(
  hooks: PluginHooks,
  recorder: () => SpanRecorder | undefined,
  failures: FailureReport,
): void {
  const guarded =
    (step: (spans: ExchangeSpans, exchange: Exchange) => void) =>
    (exchange: Exchange): void => {
      const spans = exchange.get(Spans);
      if (spans === undefined || spans.recorder !== recorder()) return;
      try {
        step(spans, exchange);
      } catch (error) {
        failures.add(error);
      }
    };
  hooks.onBackendRequest.tap(
    { stage: Stage.Finish },
    guarded((spans, exchange) => spans.startAttempt(exchange)),
  );
  const endAttempt = guarded((spans, exchange) => spans.endAttempt(exchange));
  hooks.onBackendError.tap({ stage: Stage.Observe }, endAttempt);
  hooks.onComplete.tap(guarded((spans, exchange) => spans.end(exchange)));
}

export default definePlugin({
  name: 'tracing',
  options,
  async setup(gateway, { incoming, startTraces, responseHeader, query, redactQuery }) {
    const { hooks } = gateway;
    const otel = await loadOtel();
    const redact = createRedaction([...credentialParameters, ...redactQuery]);
    const recorder = createRecorderSearch(otel, { incoming, recordQuery: query ? redact : undefined });
    const keepTrace = createTraceKeeper(startTraces);
    const failures = new FailureReport(gateway.log);

    const begin = (exchange: Exchange, trace: IncomingTrace): boolean => {
      try {
        const spans = recorder()?.begin(exchange, trace);
        if (spans !== undefined) exchange.set(Spans, spans);
        return spans !== undefined;
      } catch (error) {
        failures.add(error);
        return false;
      }
    };
    hooks.onRequest.tap({ stage: Stage.Observe }, (exchange) => {
      if (exchange.get(ServerSpan) !== undefined) return; // another entry of this plugin was first
      const trace = readTrace(exchange.inbound.fields);
      const believed = incoming === 'continue' ? trace : nothingIncoming;
      passOn(exchange.outbound.fields, believed);
      if (!begin(exchange, trace)) keepTrace(exchange, believed);
    });
    if (responseHeader !== undefined) {
      hooks.onResponse.tap((exchange) => {
        const traceId = exchange.get(TraceId);
        if (traceId !== undefined) exchange.response!.fields.set(responseHeader, traceId);
      });
    }
    if (otel !== undefined) followAttempts(hooks, recorder, failures);
  },
});
