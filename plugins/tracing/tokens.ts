import { Slot } from '../../core/index.ts';
import type { SpanIdentity } from './traceparent.ts';

export type { SpanIdentity };

/** The trace that the exchange belongs to: 32 hexadecimal digits. Not set when there is none. */
export const TraceId = new Slot<string>('trace-id');

/**
 * The span that other spans of this exchange are children of: the gateway's server span, or without an SDK the one
 * that backends are told. Not set when there is no trace.
 */
export const ServerSpan = new Slot<SpanIdentity>('server-span');
