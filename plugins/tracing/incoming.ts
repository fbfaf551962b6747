import type { FieldList, ReadonlyFieldList } from '../../core/index.ts';
import { boundedBaggage } from './baggage.ts';
import { parseTraceParent, type SpanIdentity } from './traceparent.ts';
import { isTraceState } from './tracestate.ts';

/** What a request says of the trace it belongs to, as far as it is valid. */
export interface IncomingTrace {
  /** The caller's span; undefined when there is none, or more than one. */
  readonly parent: SpanIdentity | undefined;
  readonly traceparent: string | undefined;
  /** Undefined without a parent. */
  readonly tracestate: string | undefined;
  readonly baggage: string | undefined;
}

export const nothingIncoming: IncomingTrace = {
  parent: undefined,
  traceparent: undefined,
  tracestate: undefined,
  baggage: undefined,
};

function readTraceState(fields: ReadonlyFieldList): string | undefined {
  if (!fields.has('tracestate')) return undefined;
  // W3C Trace Context 3.3.1: several fields are one list
  const text = fields.getAll('tracestate').join(',');
  return isTraceState(text) ? text : undefined;
}

function readBaggage(fields: ReadonlyFieldList): string | undefined {
  return fields.has('baggage') ? boundedBaggage(fields.getAll('baggage').join(',')) : undefined;
}

/** Reads the fields of W3C Trace Context and W3C Baggage. */
export function readTrace(fields: ReadonlyFieldList): IncomingTrace {
  const text = fields.get('traceparent');
  const baggage = readBaggage(fields);
  const parsed = text === undefined ? undefined : parseTraceParent(text);
  // W3C Trace Context 3.2: of several parents none can be believed
  const parent = parsed !== undefined && fields.getAll('traceparent').length === 1 ? parsed : undefined;
  if (parent === undefined) return baggage === undefined ? nothingIncoming : { ...nothingIncoming, baggage };
  return { parent, traceparent: text, tracestate: readTraceState(fields), baggage };
}

function put(fields: FieldList, name: string, value: string | undefined): void {
  const present = fields.get(name);
  if (present === undefined && value === undefined) return;
  if (value === undefined) fields.delete(name);
  else if (present !== value || fields.getAll(name).length > 1) fields.set(name, value);
}

/** Leaves only what is valid in the fields that go to a backend; they are not touched when all of it is. */
export function passOn(fields: FieldList, { traceparent, tracestate, baggage }: IncomingTrace): void {
  put(fields, 'traceparent', traceparent);
  put(fields, 'tracestate', tracestate);
  put(fields, 'baggage', baggage);
}
