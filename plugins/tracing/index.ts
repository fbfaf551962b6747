import { definePlugin, Stage } from '../../core/index.ts';
import { FailureReport } from './failure-report.ts';
import { nothingBelieved, passOn, readTrace } from './incoming.ts';
import { options } from './options.ts';
import { flushSpans, loadOtel } from './otel.ts';
import { createRedaction, credentialParameters } from './redaction.ts';
import { SpanTaps } from './span-taps.ts';
import { ServerSpan, type SpanIdentity, TraceId } from './tokens.ts';
import { createTraceKeeper } from './without-sdk.ts';

export { ServerSpan, type SpanIdentity, TraceId };

const noSdk = 'no OpenTelemetry SDK is registered: traces are passed on, no spans are made';
const flushTimeoutMs = 5_000;

export default definePlugin({
  name: 'tracing',
  options,
  async setup(gateway, { incoming, startTraces, responseHeader, query, redactQuery }) {
    const { hooks, log } = gateway;
    const recordQuery = query ? createRedaction([...credentialParameters, ...redactQuery]) : undefined;
    const failed = gateway.counter({ name: 'failures_total', help: 'Failures of the OpenTelemetry SDK.' });
    const otel = await loadOtel();
    const failures = new FailureReport(log, failed.of());
    const spans = otel === undefined ? undefined : new SpanTaps(otel, { incoming, recordQuery }, failures);
    const keepTrace = createTraceKeeper(startTraces);

    gateway.onStart(() => {
      if (spans?.isRecording !== true) log.info(noSdk);
    });
    hooks.onRequest.tap({ stage: Stage.Observe }, (exchange) => {
      if (exchange.get(ServerSpan) !== undefined) return; // another entry of this plugin was first
      const trace = readTrace(exchange.inbound.fields);
      const believed = incoming === 'continue' ? trace : nothingBelieved;
      passOn(exchange.outbound.fields, believed);
      if (spans?.begin(exchange, trace) !== true) keepTrace(exchange, believed);
    });
    if (otel !== undefined) gateway.defer(() => flushSpans(otel, flushTimeoutMs));
    spans?.follow(hooks);
    if (responseHeader === undefined) return;
    hooks.onResponse.tap((exchange) => {
      const traceId = exchange.get(TraceId);
      if (traceId !== undefined) exchange.response!.fields.set(responseHeader, traceId);
    });
  },
});
