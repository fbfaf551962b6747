import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type AddressBlock,
  compareAddresses,
  type Exchange,
  type LocalResponse,
  parseAddress,
  parseAddressBlocks,
  respond,
} from '../../core/index.ts';
import { clientAddressOf } from '../forwarded-headers/tokens.ts';

const forwardingFields = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'];

const forbidden = respond(403, {}, undefined, {
  code: 'metrics_forbidden',
  detail: 'Metrics are not for this address.',
});
const unauthorized = respond(401, { 'WWW-Authenticate': 'Bearer realm="metrics"' }, undefined, {
  code: 'metrics_token_missing',
  detail: 'Send the token of the metrics.',
});

/** Why a request may not read; undefined when it may. */
export type Refuse = (exchange: Exchange) => LocalResponse | undefined;

/** Those at the given addresses, by default of this machine; with a token those who have it. */
export function createReaders(allow: readonly string[] | undefined, token: string | undefined): Refuse {
  const entries = allow ?? (token === undefined ? ['loopback'] : undefined);
  const blocks = entries?.flatMap(parseAddressBlocks);
  const isRight = token === undefined ? undefined : createTokenCheck(token);
  return (exchange) => {
    if (blocks !== undefined && !isWithin(blocks, exchange)) return forbidden;
    return isRight?.(exchange) === false ? unauthorized : undefined;
  };
}

/** Who came by a proxy that nobody trusts has its address, which says nothing. */
function isWithin(blocks: readonly AddressBlock[], exchange: Exchange): boolean {
  const client = clientAddressOf(exchange);
  const { fields } = exchange.inbound;
  if (client === exchange.connection.remoteAddress && forwardingFields.some((name) => fields.has(name)))
    return false;
  const address = parseAddress(client);
  if (address === undefined) return false;
  return blocks.some(
    ({ first, last }) => compareAddresses(first, address) <= 0 && compareAddresses(address, last) <= 0,
  );
}

const digest = (text: string): Buffer => createHash('sha256').update(text, 'latin1').digest();

function createTokenCheck(token: string): (exchange: Exchange) => boolean {
  const expected = digest(token);
  return ({ inbound }) => {
    const [value, ...more] = inbound.fields.getAll('authorization');
    const given = /^bearer +(\S+)$/i.exec(value ?? '')?.[1];
    return given !== undefined && more.length === 0 && timingSafeEqual(digest(given), expected);
  };
}
