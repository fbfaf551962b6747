import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import type { FieldList, ReadonlyFieldList } from '../../core/index.ts';
import type { IncomingTrace } from './incoming.ts';
import type { Otel } from './otel.ts';
import { formatTraceParent } from './traceparent.ts';

/** What propagators read: the fields of a request, those of W3C as far as they are valid. */
export interface IncomingFields {
  readonly fields: ReadonlyFieldList;
  readonly trace: IncomingTrace;
}

export const getter: TextMapGetter<IncomingFields> = {
  keys: ({ fields }) => Array.from(fields, ([name]) => name),
  get({ fields, trace }, name) {
    const lower = name.toLowerCase();
    if (lower === 'traceparent' || lower === 'tracestate' || lower === 'baggage') return trace[lower];
    return fields.get(lower);
  },
};

export const setter: TextMapSetter<FieldList> = {
  set: (fields, name, value) => fields.set(name, value),
};

/** Trace Context alone, for an SDK that was registered without propagators; baggage is passed on as it is. */
function createTraceContextPropagator(otel: Otel): TextMapPropagator {
  const { createTraceState, trace } = otel;
  return {
    fields: () => ['traceparent', 'tracestate'],
    extract(parent: Context, carrier: IncomingFields): Context {
      const { parent: span, tracestate } = carrier.trace;
      if (span === undefined) return parent;
      const state = tracestate === undefined ? {} : { traceState: createTraceState(tracestate) };
      return trace.setSpanContext(parent, { ...span, ...state, isRemote: true });
    },
    inject(from: Context, fields: FieldList): void {
      const span = trace.getSpanContext(from);
      if (span === undefined) return;
      fields.set('traceparent', formatTraceParent(span));
      const state = span.traceState?.serialize() ?? '';
      if (state !== '') fields.set('tracestate', state);
    },
  };
}

/** The propagators that are registered, of whatever formats; Trace Context when there are none. */
export function findPropagator(otel: Otel): TextMapPropagator {
  const { propagation } = otel;
  if (propagation.fields().length === 0) return createTraceContextPropagator(otel);
  return {
    fields: () => propagation.fields(),
    extract: (parent, carrier, get) => propagation.extract(parent, carrier, get),
    inject: (from, carrier, set) => propagation.inject(from, carrier, set),
  };
}
