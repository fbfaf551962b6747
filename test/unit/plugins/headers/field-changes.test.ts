import { expect, test } from 'vitest';
import { type Exchange, FieldList } from '../../../../core/index.ts';
import { createChanger, type FieldChanges } from '../../../../plugins/headers/field-changes.ts';

const none: FieldChanges = { set: [], add: [], rename: [], remove: [] };
const exchange = {} as Exchange;

function changed(changes: Partial<FieldChanges>, before: readonly (readonly [string, string])[]): string[] {
  const fields = FieldList.from(before);
  createChanger({ ...none, ...changes })?.(fields, exchange);
  return [...fields].map((field) => field.join(': '));
}

test('set replaces all fields of that name, in any case', () => {
  const before = [
    ['X-A', '1'],
    ['b', '2'],
    ['x-a', '3'],
  ] as const;
  expect(changed({ set: [['x-a', 'new']] }, before)).toEqual(['b: 2', 'x-a: new']);
  expect(changed({ set: [['x-a', () => 'new']] }, before)).toEqual(['x-a: new', 'b: 2']);
});

test('set without a value removes the field, so that nobody else speaks under its name', () => {
  const before = [['X-A', 'forged']] as const;
  expect(changed({ set: [['x-a', () => '']] }, before)).toEqual([]);
  expect(changed({ set: [['x-a', () => undefined]] }, before)).toEqual([]);
});

test('fields are set in the order of the list, so that a value can be kept under another name', () => {
  const fields = FieldList.from([['Server', 'theirs']]);
  const old = (): string | undefined => fields.get('server');
  const set = [
    ['x-old', old],
    ['server', 'ours'],
    ['x-new', old],
  ] as const;
  createChanger({ ...none, set })?.(fields, exchange);
  expect([...fields].map((field) => field.join(': '))).toEqual([
    'x-old: theirs',
    'server: ours',
    'x-new: ours',
  ]);
});

test('fields are added in the order of the list', () => {
  const add = [
    ['a', () => '1'],
    ['a', '2'],
  ] as const;
  expect(changed({ add }, [])).toEqual(['a: 1', 'a: 2']);
});

test('add keeps what is there, and adds nothing without a value', () => {
  const add = [
    ['a', '2'],
    ['a', () => '3'],
    ['a', () => ''],
  ] as const;
  expect(changed({ add }, [['a', '1']])).toEqual(['a: 1', 'a: 2', 'a: 3']);
});

test('rename keeps all values and replaces what has the new name', () => {
  const before = [
    ['Old', '1'],
    ['New', '2'],
    ['old', '3'],
  ] as const;
  expect(changed({ rename: [['old', 'New']] }, before)).toEqual(['New: 1', 'New: 3']);
  expect(changed({ rename: [['absent', 'New']] }, before)).toEqual(['Old: 1', 'New: 2', 'old: 3']);
});

test('remove removes all fields of that name', () => {
  const before = [
    ['A', '1'],
    ['b', '2'],
    ['a', '3'],
  ] as const;
  expect(changed({ remove: ['a'] }, before)).toEqual(['b: 2']);
});

test('values are made before what they are made of is removed', () => {
  const fields = FieldList.from({ server: 'nginx' });
  const set = [['x-server', () => fields.get('server')]] as const;
  createChanger({ ...none, set, remove: ['server'] })!(fields, exchange);
  expect([...fields]).toEqual([['x-server', 'nginx']]);
});

test('a made value that cannot stand in a field is encoded', () => {
  expect(changed({ set: [['a', () => 'b\r\nc: d']] }, [])).toEqual(['a: b%0D%0Ac: d']);
  expect(changed({ add: [['a', () => '\u20ac']] }, [])).toEqual(['a: %E2%82%AC']);
});

test('without changes there is nothing to run', () => {
  expect(createChanger(none)).toBeUndefined();
});
