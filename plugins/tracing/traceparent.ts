/** Identity of a span, as OpenTelemetry's SpanContext has it. */
export interface SpanIdentity {
  /** 32 lower-case hexadecimal digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits, not all zero. */
  readonly spanId: string;
  /** 8 bits; the lowest says that the caller records its spans. */
  readonly traceFlags: number;
}

// W3C Trace Context 3.2.2: version - trace-id - parent-id - trace-flags; lower case only
const shape = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a traceparent of any version; undefined when it is malformed. */
export function parseTraceParent(text: string): SpanIdentity | undefined {
  const match = shape.exec(text);
  if (match === null) return undefined;
  const [, version, traceId, spanId, flags, more] = match;
  // W3C Trace Context 3.2.4: only versions to come may have more
  if (version === '00' && more !== undefined) return undefined;
  return { traceId: traceId!, spanId: spanId!, traceFlags: Number.parseInt(flags!, 16) };
}

/** Writes version 00; of the flags only `sampled` is defined there, the others must be zero. */
export function formatTraceParent({ traceId, spanId, traceFlags }: SpanIdentity): string {
  return `00-${traceId}-${spanId}-0${traceFlags & 1}`;
}
