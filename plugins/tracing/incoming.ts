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
  /** The fields say this and nothing else. */
  readonly isWhole: boolean;
}

const nothingIncoming: IncomingTrace = {
  parent: undefined,
  traceparent: undefined,
  tracestate: undefined,
  baggage: undefined,
  isWhole: true,
};

/** What is left of a trace that is not believed. */
export const nothingBelieved: IncomingTrace = { ...nothingIncoming, isWhole: false };

/** All fields of that name as one list (RFC 9110 5.3); undefined when there is none. */
function listOf(fields: ReadonlyFieldList, name: string): string | undefined {
  return fields.has(name) ? fields.getAll(name).join(',') : undefined;
}

/** Reads the fields of W3C Trace Context and W3C Baggage. */
export function readTrace(fields: ReadonlyFieldList): IncomingTrace {
  const parentText = listOf(fields, 'traceparent');
  const stateText = listOf(fields, 'tracestate');
  const baggageText = listOf(fields, 'baggage');
  if (parentText === undefined && stateText === undefined && baggageText === undefined)
    return nothingIncoming;
  // W3C Trace Context 3.2: several parents are malformed as one list, so none of them is believed
  const parent = parentText === undefined ? undefined : parseTraceParent(parentText);
  const traceparent = parent === undefined ? undefined : parentText;
  const hasState = parent !== undefined && stateText !== undefined && isTraceState(stateText);
  const tracestate = hasState ? stateText : undefined;
  const baggage = baggageText === undefined ? undefined : boundedBaggage(baggageText);
  const isWhole = traceparent === parentText && tracestate === stateText && baggage === baggageText;
  return { parent, traceparent, tracestate, baggage, isWhole };
}

function put(fields: FieldList, name: string, value: string | undefined): void {
  if (value === undefined) fields.delete(name);
  else fields.set(name, value);
}

/** Leaves only what is valid in the fields that go to a backend; they are not touched when all of it is. */
export function passOn(
  fields: FieldList,
  { traceparent, tracestate, baggage, isWhole }: IncomingTrace,
): void {
  if (isWhole) return;
  put(fields, 'traceparent', traceparent);
  put(fields, 'tracestate', tracestate);
  put(fields, 'baggage', baggage);
}
