import { reasonPhrase } from './status.ts';

/** What an RFC 9457 answer of the gateway says. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Identifies the exchange in the logs; undefined when there was none. */
  readonly exchange?: string | undefined;
}

/** The problem as `application/problem+json` (RFC 9457 3). */
export function problemJson({ status, code, detail, exchange }: Problem): string {
  return `${JSON.stringify({ type: 'about:blank', title: reasonPhrase(status), status, detail, code, exchange })}\n`;
}

/** The problem as one line of text. */
export function problemText({ status, code, detail, exchange }: Problem): string {
  const suffix = exchange === undefined ? '' : ` [${exchange}]`;
  return `${status} ${reasonPhrase(status)}: ${detail} (${code})${suffix}\n`;
}
