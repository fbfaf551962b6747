import { type Exchange, isFieldName, type ReadonlyFieldList } from '../../core/index.ts';
import { clientAddressOf } from '../forwarded-headers/tokens.ts';
import { RequestId } from '../request-id/tokens.ts';
import type { Measures } from './measures.ts';
import { redacted } from './redaction.ts';
import type { SharedName } from './shared-values.ts';
import { statusOf, terminationOf } from './termination.ts';

/** The time at which a line is written. */
interface TimeField {
  readonly kind: 'time';
  readonly name: string;
  readonly style: 'iso' | 'common';
}

/** A value of an exchange; undefined leaves it out. */
export type ValueField = {
  readonly name: string;
  /** The shared values, if that is all that it depends on. */
  readonly dependsOn: SharedName | undefined;
} & (
  | { readonly kind: 'text'; readonly read: From<Exchange, string | undefined> }
  | { readonly kind: 'whole'; readonly read: From<Exchange, number | undefined> }
  | { readonly kind: 'duration'; readonly read: From<Measures, number> }
  | { readonly kind: 'flag'; readonly read: From<Measures, boolean> }
);

type From<Source, Value> = (source: Source) => Value;

/** One value of a line. */
export type Field = TimeField | ValueField;

/** What is done to values before anybody reads them. */
export interface Redaction {
  readonly address: (address: string) => string;
  /** Undefined for a query that is left out. */
  readonly query: (query: string) => string | undefined;
  /** For values that are URLs. */
  readonly url: (url: string) => string;
  readonly isSecret: (field: string) => boolean;
}

const text = (name: string, read: From<Exchange, string | undefined>): ValueField => ({
  kind: 'text',
  name,
  dependsOn: undefined,
  read,
});
const whole = (name: string, read: From<Exchange, number | undefined>): ValueField => ({
  kind: 'whole',
  name,
  dependsOn: undefined,
  read,
});
const duration = (name: string, read: From<Measures, number>): ValueField => ({
  kind: 'duration',
  name,
  dependsOn: undefined,
  read,
});
const ofAnswer = (field: ValueField): ValueField => ({ ...field, dependsOn: 'answer' });
const ofWay = (field: ValueField): ValueField => ({ ...field, dependsOn: 'way' });

function requestFields({ query, url }: Redaction): Field[] {
  const targetOf = ({ inbound }: Exchange): string => {
    const shown = inbound.query === undefined ? undefined : query(inbound.query);
    return shown === undefined ? inbound.path : `${inbound.path}?${shown}`;
  };
  return [
    ofAnswer(text('method', ({ inbound }) => inbound.method)),
    text('target', targetOf),
    text('path', ({ inbound }) => inbound.path),
    text('query', ({ inbound }) => (inbound.query === undefined ? undefined : query(inbound.query))),
    text('scheme', ({ inbound }) => inbound.scheme),
    ofAnswer(text('host', ({ inbound }) => inbound.authority)),
    ofAnswer(text('httpVersion', ({ inbound }) => inbound.httpVersion)),
    text('userAgent', ({ inbound }) => inbound.fields.get('user-agent')),
    text('referer', ({ inbound }) => {
      const referer = inbound.fields.get('referer');
      return referer === undefined ? undefined : url(referer);
    }),
  ];
}

function clientFields({ address }: Redaction): Field[] {
  return [
    text('client', (each) => address(clientAddressOf(each))),
    text('peer', ({ connection }) => address(connection.remoteAddress)),
    whole('clientPort', ({ connection }) => connection.remotePort),
    text('localAddress', ({ connection }) => connection.localAddress),
    whole('localPort', ({ connection }) => connection.localPort),
    whole('connection', ({ connection }) => connection.id),
  ];
}

const answerFields: readonly Field[] = [
  ofAnswer(whole('status', statusOf)),
  ofAnswer(text('termination', ({ outcome }) => terminationOf(outcome!))),
  whole('bytesReceived', ({ bodyBytesReceived }) => bodyBytesReceived),
  whole('bytesSent', ({ bodyBytesSent }) => bodyBytesSent),
  whole('bytesSent.common', ({ bodyBytesSent }) => (bodyBytesSent === 0 ? undefined : bodyBytesSent)),
  ofWay(text('route', ({ route }) => route?.name)),
  ofWay(text('upstream', ({ upstream }) => upstream?.name)),
  ofWay(text('backend', ({ backend }) => backend?.name)),
  ofWay(whole('attempts', ({ attempts }) => attempts.length)),
];

const durationFields: readonly Field[] = [
  ofWay(duration('clientHeadMs', ({ clientHeadMs }) => clientHeadMs)),
  ofWay(duration('queueMs', ({ queueMs }) => queueMs)),
  ofWay(duration('connectMs', ({ connectMs }) => connectMs)),
  duration('backendHeadMs', ({ backendHeadMs }) => backendHeadMs),
  duration('dataMs', ({ dataMs }) => dataMs),
  duration('totalMs', ({ totalMs }) => totalMs),
  { kind: 'flag', name: 'slow', dependsOn: 'answer', read: ({ isSlow }) => isSlow },
];

const endFields: readonly Field[] = [
  ofAnswer(text('endedBy', ({ outcome }) => outcome!.endedBy)),
  ofAnswer(text('phase', ({ outcome }) => outcome!.phase)),
  ofAnswer(text('code', ({ outcome }) => outcome!.code)),
  ofAnswer(text('plugin', ({ outcome }) => outcome!.plugin)),
  ofAnswer(text('hook', ({ outcome }) => outcome!.hook)),
  // what the client was told, to find this line by
  text('exchange', (each) => (each.response?.source === 'gateway' ? each.id : undefined)),
  text('requestId', (each) => each.get(RequestId)),
];

const times: readonly Field[] = [
  { kind: 'time', name: 'time', style: 'iso' },
  { kind: 'time', name: 'time.common', style: 'common' },
];

/** What templates may say instead, as in the templates of other plugins. */
const aliases: Readonly<Record<string, string>> = {
  'client.address': 'client',
  'client.port': 'clientPort',
  'request-id': 'requestId',
  'timers.clientHead': 'clientHeadMs',
  'timers.queue': 'queueMs',
  'timers.connect': 'connectMs',
  'timers.backendHead': 'backendHeadMs',
  'timers.data': 'dataMs',
  'timers.total': 'totalMs',
};

const inRequest = 'request.header.';
const inResponse = 'response.header.';
const urlFields: ReadonlySet<string> = new Set(['referer', 'location', 'content-location']);

function valueOf(fields: ReadonlyFieldList | undefined, name: string): string | undefined {
  const first = fields?.get(name);
  return first === undefined ? undefined : fields!.getAll(name).join(', ');
}

function headerField(name: string, { isSecret, url }: Redaction): Field | undefined {
  const isRequest = name.startsWith(inRequest);
  if (!isRequest && !name.startsWith(inResponse)) return undefined;
  const header = name.slice((isRequest ? inRequest : inResponse).length).toLowerCase();
  if (!isFieldName(header)) return undefined;
  const shown = isSecret(header) ? () => redacted : urlFields.has(header) ? url : (value: string) => value;
  return text((isRequest ? inRequest : inResponse) + header, ({ inbound, response }) => {
    const value = valueOf(isRequest ? inbound.fields : response?.fields, header);
    return value === undefined ? undefined : shown(value);
  });
}

const nothingRedacted: Redaction = {
  address: (address) => address,
  query: (query) => query,
  url: (url) => url,
  isSecret: () => false,
};

/** All fields by their names, those of header fields made when they are asked for. */
export class FieldCatalogue {
  readonly #fields: ReadonlyMap<string, Field>;
  readonly #redaction: Redaction;

  constructor(redaction: Redaction = nothingRedacted) {
    this.#redaction = redaction;
    const groups = [times, clientFields(redaction), requestFields(redaction), answerFields, durationFields];
    this.#fields = new Map([...groups, endFields].flat().map((field) => [field.name, field]));
  }

  /** The field of that name or alias; undefined when there is none. */
  find(name: string): Field | undefined {
    const own = Object.hasOwn(aliases, name) ? aliases[name]! : name;
    return this.#fields.get(own) ?? headerField(own, this.#redaction);
  }
}

/** The names that there are beside those of header fields, for people to read. */
export const fieldNames: readonly string[] = [
  ...[times, clientFields(nothingRedacted), requestFields(nothingRedacted), answerFields, durationFields]
    .concat(endFields)
    .flat()
    .map(({ name }) => name),
  ...Object.keys(aliases),
];

/** What a line has unless the configuration says otherwise, in this order. */
export const defaultFields: readonly string[] = (
  'time client method target host httpVersion status termination bytesReceived bytesSent route upstream backend ' +
  'attempts clientHeadMs queueMs connectMs backendHeadMs dataMs totalMs slow endedBy phase code plugin hook exchange ' +
  'requestId userAgent referer'
).split(' ');
