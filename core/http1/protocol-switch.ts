import { GatewayError } from '../errors.ts';
import { decideBodyLength } from '../message/framing.ts';
import type { ResponseHead } from '../message/head.ts';
import { isOffered } from '../message/hop-by-hop.ts';
import type { OutgoingRequest } from '../message/stream.ts';

function refuse(detail: string): never {
  throw new GatewayError('malformed_response', detail);
}

/** True when HTTP ends on the connection behind that response to that request: 101, or CONNECT accepted. */
export function isSwitch({ status }: ResponseHead, { method }: OutgoingRequest): boolean {
  return status === 101 || (method === 'CONNECT' && status >= 200 && status < 300);
}

/**
 * Checks that the request asked for the switch and is complete.
 * @throws GatewayError `malformed_response`, `ambiguous_framing` or `unsupported_coding`.
 */
export function checkSwitch(head: ResponseHead, request: OutgoingRequest, isRequestComplete: boolean): void {
  const { facts, status, minorVersion } = head;
  const { method, upgrade } = request;
  const is101 = status === 101;
  decideBodyLength(facts, minorVersion, method, status); // refuses what has no meaning anywhere
  if (is101 && !isOffered(facts.upgrade, upgrade))
    refuse('The backend switched to a protocol that was not offered.');
  if (is101 !== (upgrade !== undefined) || !isRequestComplete)
    refuse('The backend switched protocols without being asked to.');
}
