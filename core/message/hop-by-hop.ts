import { GatewayError } from '../errors.ts';
import { equalsIgnoreCase, forEachListMember, listHas } from './characters.ts';
import type { FieldList } from './field-list.ts';
import type { HeadFacts } from './head.ts';

const maxConnectionOptions = 32;

/** What proxies in front say of the client, in the spelling of `Connection` members. */
const ofClient = /^(?:x-forwarded(?:-.*)?|x-real-ip|forwarded|via|client-cert(?:-chain)?)$/;

/** Removes the fields that Connection names (RFC 9110 7.6.1); those of the framing were never in the list. */
export function removeConnectionOptions(fields: FieldList, facts: HeadFacts): void {
  const options = facts.connection!;
  if (equalsIgnoreCase(options, 'keep-alive') || equalsIgnoreCase(options, 'close')) return;
  if (equalsIgnoreCase(options, 'upgrade')) return;
  const names = new Set(options.split(',').map((option) => option.trim().toLowerCase()));
  if (names.size > maxConnectionOptions)
    throw new GatewayError('malformed_head', 'Connection has too many options.');
  for (const name of names) {
    // RFC 9110 7.6.1: none that is for all recipients; without it a client behind a proxy would pass for the proxy
    if (ofClient.test(name)) throw new GatewayError('malformed_head', `Connection names ${name}.`);
    fields.delete(name);
  }
}

/** True when the connection may serve another message after this one (RFC 9112 9.3). */
export function wantsKeepAlive(facts: HeadFacts, minorVersion: number): boolean {
  if (facts.connection === undefined) return minorVersion >= 1;
  if (listHas(facts.connection, 'close')) return false;
  return minorVersion >= 1 || listHas(facts.connection, 'keep-alive');
}

/**
 * The protocols that the sender offers to switch to (RFC 9110 7.8), or undefined. `h2c` is not passed on: a backend
 * that accepted it would take further requests past every plugin.
 */
export function requestedUpgrade(facts: HeadFacts, minorVersion: number): string | undefined {
  const { upgrade, connection } = facts;
  if (upgrade === undefined || connection === undefined || minorVersion === 0) return undefined;
  if (!listHas(connection, 'upgrade')) return undefined;
  const protocols: string[] = [];
  forEachListMember(upgrade, (protocol) => {
    if (!equalsIgnoreCase(protocol, 'h2c')) protocols.push(protocol);
  });
  return protocols.length === 0 ? undefined : protocols.join(', ');
}

/** True when the protocols that a 101 switches to are among those that the client offered (RFC 9110 7.8). */
export function isOffered(protocols: string | undefined, offered: string | undefined): boolean {
  if (protocols === undefined || offered === undefined) return false;
  let count = 0;
  let offeredCount = 0;
  forEachListMember(protocols, (protocol) => {
    count++;
    if (listHas(offered, protocol.toLowerCase())) offeredCount++;
  });
  return count > 0 && count === offeredCount;
}
