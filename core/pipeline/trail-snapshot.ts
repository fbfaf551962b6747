import type { ReadonlyFieldList } from '../message/field-list.ts';
import type { LiveExchange } from './live-exchange.ts';
import type { BodyMarks } from './message-body.ts';
import { slotName } from './tokens.ts';
import type { TrailEffect } from './trail.ts';

type Message = 'request' | 'response';
type Fields = ReadonlyMap<string, { readonly name: string; readonly values: string[] }>;

/** Everything of an exchange that a plugin may change, at one moment. */
export interface Snapshot {
  readonly values: ReadonlyMap<string, string | undefined>;
  readonly slots: readonly unknown[];
  readonly fields: Readonly<Record<Message, Fields>>;
  readonly bodies: Readonly<Record<Message, BodyMarks | undefined>>;
}

const noFields: Fields = new Map();
const untouched: BodyMarks = { replacement: undefined, transforms: 0, isRead: false };
const messages = ['request', 'response'] as const;

function fieldsOf(list: ReadonlyFieldList): Fields {
  const fields = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of list) {
    const lower = name.toLowerCase();
    const known = fields.get(lower);
    if (known === undefined) fields.set(lower, { name, values: [value] });
    else known.values.push(value);
  }
  return fields;
}

function valuesOf(exchange: LiveExchange): Map<string, string | undefined> {
  const { outbound, upstream, response, ownTimeouts } = exchange;
  const values = new Map<string, string | undefined>([
    ['method', outbound.method],
    ['path', outbound.path],
    ['query', outbound.query],
    ['host', outbound.authority],
    ['upstream', upstream?.name],
    ['status', text(response?.status)],
    ['reason', response?.reason],
    ['isRepeatable', text(exchange.isRepeatable)],
  ]);
  for (const name of ['connectMs', 'responseHeadMs', 'idleMs', 'attemptMs', 'totalMs'] as const) {
    values.set(`timeouts.${name}`, text(ownTimeouts?.[name]));
  }
  return values;
}

function text(value: number | boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

export function takeSnapshot(exchange: LiveExchange): Snapshot {
  const { outbound, response } = exchange;
  return {
    values: valuesOf(exchange),
    slots: [...(exchange.slotValues ?? [])],
    fields: {
      request: fieldsOf(outbound.fields),
      response: response === undefined ? noFields : fieldsOf(response.fields),
    },
    bodies: { request: outbound.bodyMarks, response: response?.bodyMarks },
  };
}

function* changedValues(before: Snapshot, after: Snapshot): Iterable<TrailEffect> {
  const isOtherStatus = before.values.get('status') !== after.values.get('status');
  const isOtherMethod = before.values.get('method') !== after.values.get('method');
  for (const [name, value] of after.values) {
    const old = before.values.get(name);
    if (old === value) continue;
    if (name === 'reason' && isOtherStatus) continue; // they follow by themselves
    if (name === 'isRepeatable' && isOtherMethod) continue;
    yield { kind: 'value', name, before: old, after: value };
  }
}

function* changedFields(message: Message, before: Fields, after: Fields): Iterable<TrailEffect> {
  for (const [lower, { name, values }] of after) {
    const old = before.get(lower)?.values ?? [];
    if (!isSame(old, values)) yield { kind: 'field', message, name, before: old, after: values };
  }
  for (const [lower, { name, values }] of before) {
    if (!after.has(lower)) yield { kind: 'field', message, name, before: values, after: [] };
  }
}

export function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function* changedBody(message: Message, before = untouched, after = untouched): Iterable<TrailEffect> {
  if (after.isRead && !before.isRead) yield { kind: 'body', message, change: 'read' };
  if (after.replacement !== undefined && after.replacement !== before.replacement)
    yield { kind: 'body', message, change: 'replaced' };
  if (after.transforms > before.transforms) yield { kind: 'body', message, change: 'transformed' };
}

function* changedSlots(before: Snapshot, after: Snapshot): Iterable<TrailEffect> {
  for (const [index, value] of after.slots.entries()) {
    if (!Object.is(value, before.slots[index])) yield { kind: 'slot', name: slotName(index) };
  }
}

/** What happened between two moments of an exchange. */
export function changesBetween(before: Snapshot, after: Snapshot): TrailEffect[] {
  return [
    ...changedValues(before, after),
    ...messages.flatMap((message) => [
      ...changedFields(message, before.fields[message], after.fields[message]),
      ...changedBody(message, before.bodies[message], after.bodies[message]),
    ]),
    ...changedSlots(before, after),
  ];
}
