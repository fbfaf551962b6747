import { GatewayError } from '../errors.ts';
import { isFieldValue, isToken } from './characters.ts';

/**
 * Fields that the gateway itself decides when a message is framed (RFC 9110 7.6.1, RFC 9112 6): they are never in a
 * FieldList. Read them as `host`, `contentLength`, `upgrade` and so on; change them by changing the body or authority.
 */
const ownedByGateway: ReadonlyMap<string, string> = new Map([
  ['host', 'set outbound.authority instead'],
  ['content-length', 'it follows from the body'],
  ['transfer-encoding', 'it follows from the body'],
  ['connection', 'it is hop-by-hop'],
  ['keep-alive', 'it is hop-by-hop'],
  ['proxy-connection', 'it is hop-by-hop'],
  ['te', 'it is hop-by-hop'],
  ['upgrade', 'it is hop-by-hop'],
]);

/** True for a field that the parser takes out of every list. */
export function isOwnedByGateway(name: string): boolean {
  return ownedByGateway.has(name.toLowerCase());
}

/** True for the name of a field that can be in a list that plugins see, and that they may set. */
export function isFieldName(name: string): boolean {
  return isToken(name) && !isOwnedByGateway(name);
}

function refuse(name: string, why: string): never {
  throw new GatewayError('invalid_field', `The field ${JSON.stringify(name)} cannot be set: ${why}.`);
}

/** Names that were found settable, with their lower case: plugins set few names, many times. */
const settableNames = new Map<string, string>();
const rememberAtMost = 1_000;

/**
 * The lower case of a name that may be set.
 * @throws GatewayError `invalid_field` when it is no token, or a field that the gateway decides.
 */
export function settable(name: string): string {
  const known = settableNames.get(name);
  if (known !== undefined) return known;
  if (!isToken(name)) refuse(name, 'the name is not a token (RFC 9110 5.6.2)');
  const lower = name.toLowerCase();
  const why = ownedByGateway.get(lower);
  if (why !== undefined) refuse(name, why);
  if (settableNames.size < rememberAtMost) settableNames.set(name, lower);
  return lower;
}

/** @throws GatewayError `invalid_field` for a value that could break the message apart. */
export function checkValue(name: string, value: string): void {
  if (typeof value !== 'string') refuse(name, `the value must be a string, not ${typeof value}`);
  if (!isFieldValue(value)) refuse(name, 'the value has a control character or one above U+00FF');
}
