import type { Exchange } from '../../core/index.ts';
import type { IncomingTrace } from './incoming.ts';
import { ServerSpan, TraceId } from './tokens.ts';
import { createSpanIdSource, createTraceIdSource } from './trace-ids.ts';
import { formatTraceParent, type SpanIdentity } from './traceparent.ts';

/** Whether traces are begun, and what those who continue them are told about recording. */
export type StartTraces = 'never' | 'unsampled' | 'sampled';

/** Knows the trace of an exchange without recording anything: the one that is passed on, or one that begins here. */
export function createTraceKeeper(
  startTraces: StartTraces,
): (exchange: Exchange, trace: IncomingTrace) => void {
  const nextTraceId = createTraceIdSource();
  const nextSpanId = createSpanIdSource();
  const traceFlags = startTraces === 'sampled' ? 1 : 0;
  const start = ({ outbound }: Exchange): SpanIdentity => {
    const begun = { traceId: nextTraceId(), spanId: nextSpanId(), traceFlags };
    outbound.fields.set('traceparent', formatTraceParent(begun));
    return begun;
  };
  return (exchange, { parent }) => {
    if (parent === undefined && startTraces === 'never') return;
    const span = parent ?? start(exchange);
    exchange.set(TraceId, span.traceId);
    exchange.set(ServerSpan, span);
  };
}
