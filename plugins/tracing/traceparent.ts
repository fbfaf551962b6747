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
const version00 = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
// W3C Trace Context 3.2.4: versions to come may have more; a comma would be a second one in another field
const laterVersion =
  /^(?!00|ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-[^,]*)?$/;

/** Reads a traceparent of any version; undefined when it is malformed. */
export function parseTraceParent(text: string): SpanIdentity | undefined {
  if (!version00.test(text) && !laterVersion.test(text)) return undefined;
  return {
    traceId: text.slice(3, 35),
    spanId: text.slice(36, 52),
    traceFlags: Number.parseInt(text.slice(53, 55), 16),
  };
}

/** Writes version 00; of the flags only `sampled` is defined there, the others must be zero. */
export function formatTraceParent({ traceId, spanId, traceFlags }: SpanIdentity): string {
  return `00-${traceId}-${spanId}-0${traceFlags & 1}`;
}
