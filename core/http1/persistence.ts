import { announcesForbiddenContent, type BodyLength, UNTIL_CLOSE } from '../message/framing.ts';
import type { RequestHead, ResponseHead } from '../message/head.ts';
import { wantsKeepAlive } from '../message/hop-by-hop.ts';
import { anticipatesContent, isSafe } from '../message/method.ts';
import type { BodySource, OutgoingRequest } from '../message/stream.ts';

/** A body that nobody wants is read to its end for what follows it if it has at most so much left. */
export const maxDiscardedBytes = 65_536;

/** What becomes of the connection behind a response, and how it is told (RFC 9112 9.3). */
export type Persistence = 'implied' | 'keep-alive' | 'close';

/** How a client's connection goes on behind the response to that request, if it may. */
export function persistenceAfter(request: RequestHead, body: BodySource | undefined): Persistence {
  if (!wantsKeepAlive(request.facts, request.minorVersion) || !mayReachEnd(request, body)) return 'close';
  return request.minorVersion === 0 ? 'keep-alive' : 'implied';
}

/** True when a request was read to its end, or may be for the sake of the next one. */
function mayReachEnd({ facts }: RequestHead, body: BodySource | undefined): boolean {
  if (body === undefined || body.isComplete) return true;
  // RFC 9110 10.1.1: who expects 100 may send the body or not, now that there is an answer
  return !facts.expectsContinue && body.length >= 0 && body.length - body.bytesRead <= maxDiscardedBytes;
}

/** True when a response of that length that nobody wants is read to its end for those behind it. */
export function isWorthDiscarding(length: BodyLength): boolean {
  return length !== UNTIL_CLOSE && length <= maxDiscardedBytes;
}

/** True when nothing may follow a request on its connection, lest its content be taken for what follows. */
export function endsConnection({ method, bodyLength }: OutgoingRequest): boolean {
  return bodyLength !== 0 && !anticipatesContent(method);
}

/** True when no other request may be sent before the response to this one is complete (RFC 9112 9.3.2). */
export function isExclusive(request: OutgoingRequest, hasBody: boolean): boolean {
  return hasBody || request.upgrade !== undefined || !isSafe(request.method);
}

/** True when a backend's connection may take another request behind a response with a body of that length. */
export function isReusableAfter(response: ResponseHead, length: BodyLength): boolean {
  const { facts, status, minorVersion } = response;
  return (
    length !== UNTIL_CLOSE && !announcesForbiddenContent(facts, status) && wantsKeepAlive(facts, minorVersion)
  );
}
