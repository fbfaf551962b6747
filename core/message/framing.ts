import { GatewayError } from '../errors.ts';
import { equalsIgnoreCase } from './characters.ts';
import type { HeadFacts } from './head.ts';

/** Length of a body in bytes, or one of the two lengths below that only its end reveals. */
export type BodyLength = number;

/** The length is told chunk by chunk (RFC 9112 7.1). */
export const CHUNKED: BodyLength = -1;
/** The body ends when the connection does; responses only. */
export const UNTIL_CLOSE: BodyLength = -2;

function parseContentLength(text: string): number {
  // RFC 9110 8.6: 1*DIGIT; lists of equal numbers are refused rather than repaired
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9)
      throw new GatewayError('ambiguous_framing', 'Content-Length is not a number.');
    length = length * 10 + digit;
  }
  if (text === '' || text.length > 16 || !Number.isSafeInteger(length)) {
    throw new GatewayError('ambiguous_framing', 'Content-Length is not a number that fits.');
  }
  return length;
}

function checkTransferEncoding(facts: HeadFacts, minorVersion: number): void {
  const coding = facts.transferEncoding!;
  // RFC 9112 6.1: both fields together, or a coding in HTTP/1.0, are how requests are smuggled
  if (facts.contentLength !== undefined) {
    throw new GatewayError('ambiguous_framing', 'Content-Length and Transfer-Encoding stand together.');
  }
  if (minorVersion === 0) throw new GatewayError('ambiguous_framing', 'HTTP/1.0 has no Transfer-Encoding.');
  if (equalsIgnoreCase(coding, 'chunked')) return;
  const codings = coding.split(',').map((part) => part.trim());
  if (codings.filter((each) => equalsIgnoreCase(each, 'chunked')).length > 1) {
    throw new GatewayError('ambiguous_framing', 'Transfer-Encoding names chunked more than once.');
  }
  // RFC 9112 6.3: without chunked as the last coding the length cannot be determined
  if (!equalsIgnoreCase(codings.at(-1)!, 'chunked')) {
    throw new GatewayError('ambiguous_framing', 'Transfer-Encoding does not end with chunked.');
  }
  throw new GatewayError(
    'unsupported_coding',
    `The transfer coding ${JSON.stringify(coding)} is not supported.`,
  );
}

function isBodiless(method: string, status: number): boolean {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return true;
  return method === 'CONNECT' && status < 300;
}

/** True for a response that speaks of content although its status has none (RFC 9110 8.6, RFC 9112 6.1). */
export function announcesForbiddenContent(facts: HeadFacts, status: number): boolean {
  if (status >= 200 && status !== 204) return false;
  return facts.transferEncoding !== undefined || /[1-9]/.test(facts.contentLength ?? '');
}

/**
 * Decides how long a message is, the only place that does (RFC 9112 6.3); `status` is 0 for a request.
 * @throws GatewayError `ambiguous_framing` or `unsupported_coding`; the connection must then be closed.
 */
export function decideBodyLength(
  facts: HeadFacts,
  minorVersion: number,
  method: string,
  status: number,
): BodyLength {
  if (facts.contentLength === undefined && facts.transferEncoding === undefined) {
    return status === 0 || isBodiless(method, status) ? 0 : UNTIL_CLOSE;
  }
  if (facts.isLengthRepeated) throw new GatewayError('ambiguous_framing', 'Content-Length is repeated.');
  if (facts.transferEncoding !== undefined) checkTransferEncoding(facts, minorVersion);
  const length = facts.transferEncoding !== undefined ? CHUNKED : parseContentLength(facts.contentLength!);
  if (status !== 0) return isBodiless(method, status) ? 0 : length;
  // RFC 9110 9.3.8: a client, as the gateway is to the backend, must not send content in a TRACE
  if (method === 'TRACE' && length !== 0)
    throw new GatewayError('ambiguous_framing', 'TRACE has no content.');
  return length;
}
