import {
  type Exchange,
  isFieldName,
  joinParts,
  parseTemplate,
  type Slot,
  type TemplatePart,
} from '../../core/index.ts';
import { clientAddressOf, clientHostOf, clientSchemeOf } from '../forwarded-headers/tokens.ts';
import { RequestId } from '../request-id/index.ts';

/** Reads one value of an exchange; empty when there is none. */
type Reader = (exchange: Exchange) => string;

/** The earliest moment at which a value is known. */
export type Moment = 'request' | 'attempt' | 'response';

interface Value {
  readonly from: Moment;
  readonly read: Reader;
}

const text = (from: Moment, read: (exchange: Exchange) => string | number | undefined): Value => ({
  from,
  read: (exchange) => String(read(exchange) ?? ''),
});

const builtIn: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['client.address', text('request', clientAddressOf)],
  ['client.port', text('request', ({ connection }) => connection.remotePort)],
  ['host', text('request', clientHostOf)],
  ['scheme', text('request', clientSchemeOf)],
  ['method', text('request', ({ inbound }) => inbound.method)],
  ['path', text('request', ({ inbound }) => inbound.path)],
  ['query', text('request', ({ inbound }) => inbound.query)],
  ['target', text('request', ({ inbound }) => inbound.target)],
  ['route', text('request', ({ route }) => route?.name)],
  ['upstream', text('request', ({ upstream }) => upstream?.name)],
  ['request-id', text('request', (each) => each.get(RequestId) ?? each.id)],
  ['backend', text('attempt', ({ backend }) => backend?.name)],
  ['status', text('response', ({ response }) => response?.status)],
]);

const inRequest = 'request.header.';
const inResponse = 'response.header.';

/** Slots that a configuration gives names to. */
export type NamedSlots = Readonly<Record<string, Slot<unknown>>>;

/** Names of all values, for people to read. */
function knownNames(slots: NamedSlots): string {
  const fields = [`${inRequest}NAME`, `${inResponse}NAME`];
  return [...builtIn.keys(), ...fields, ...Object.keys(slots)].map((name) => `{${name}}`).join(', ');
}

/** Why these slots cannot have the names that they are given; undefined when they can. */
export function complaintAbout(slots: NamedSlots): string | undefined {
  for (const name of Object.keys(slots)) {
    if (!/^[\w.-]+$/.test(name)) return `${JSON.stringify(name)} is not made of letters, digits and "_.-"`;
    const isTaken = builtIn.has(name) || name.startsWith(inRequest) || name.startsWith(inResponse);
    if (isTaken) return `{${name}} is a value of the exchange already`;
  }
  return undefined;
}

function fieldValue(name: string): Value | undefined {
  const isRequest = name.startsWith(inRequest);
  if (!isRequest && !name.startsWith(inResponse)) return undefined;
  const field = name.slice((isRequest ? inRequest : inResponse).length);
  if (!isFieldName(field)) throw new Error(`{${name}} is not a field that plugins see`);
  if (isRequest) return text('request', ({ inbound }) => inbound.fields.get(field));
  return text('response', ({ response }) => response?.fields.get(field));
}

function valueOf(name: string, slots: NamedSlots): Value {
  const slot = Object.hasOwn(slots, name) ? slots[name] : undefined;
  if (slot !== undefined) return text('request', (exchange) => exchange.get(slot) as string | undefined);
  const value = builtIn.get(name) ?? fieldValue(name);
  if (value === undefined) throw new Error(`{${name}} is not known; known are ${knownNames(slots)}`);
  return value;
}

/** A template of values of an exchange, ready to be read. */
export interface ExchangeTemplate {
  /** Set when nothing in it depends on the exchange. */
  readonly constant: string | undefined;
  readonly from: Moment;
  readonly read: Reader;
}

const moments: readonly Moment[] = ['request', 'attempt', 'response'];

function momentOf(parts: readonly TemplatePart[], slots: NamedSlots): Moment {
  let latest = 0;
  for (const part of parts) {
    if (typeof part !== 'string') latest = Math.max(latest, moments.indexOf(valueOf(part.name, slots).from));
  }
  return moments[latest]!;
}

/** @throws Error for a template that is malformed or names an unknown value. */
export function compileTemplate(source: string, slots: NamedSlots): ExchangeTemplate {
  const parts = parseTemplate(source);
  const constant = parts.every((part) => typeof part === 'string') ? parts.join('') : undefined;
  const read = joinParts<Exchange>(parts, (name) => valueOf(name, slots).read);
  return { constant, from: momentOf(parts, slots), read };
}
