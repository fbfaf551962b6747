import { expect, test } from 'vitest';
import { FieldList } from '../../../../core/index.ts';
import { nothingBelieved, passOn, readTrace } from '../../../../plugins/tracing/incoming.ts';

const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** What reaches a backend of these fields. */
function passed(...fields: [string, string][]): [string, string][] {
  const list = FieldList.from(fields);
  passOn(list, readTrace(list));
  return [...list];
}

test('a valid parent with state and baggage goes on untouched', () => {
  const fields: [string, string][] = [
    ['Accept', '*/*'],
    ['TraceParent', parent],
    ['TraceState', 'rojo=1'],
    ['Baggage', 'a=1'],
  ];
  expect(passed(...fields)).toEqual(fields);
});

test('a malformed parent is dropped, and the state with it, but not the baggage', () => {
  expect(passed(['traceparent', `${parent}-`], ['tracestate', 'a=1'], ['baggage', 'b=2'])).toEqual([
    ['baggage', 'b=2'],
  ]);
});

test('of two parents none is believed, even when they are the same', () => {
  expect(passed(['traceparent', parent], ['x', 'y'], ['Traceparent', parent])).toEqual([['x', 'y']]);
});

test('two parents of a version to come are not taken for one', () => {
  const future = parent.replace('00-', 'cc-');
  expect(passed(['traceparent', `${future}-x`], ['traceparent', future])).toEqual([]);
});

test('state without a parent is dropped', () => {
  expect(passed(['tracestate', 'a=1'])).toEqual([]);
});

test('a malformed state is dropped, the parent stays', () => {
  expect(passed(['traceparent', parent], ['tracestate', 'a=1,a=2'])).toEqual([['traceparent', parent]]);
});

test('state and baggage in several fields are read as one list each, and stay as they are', () => {
  const fields: [string, string][] = [
    ['traceparent', parent],
    ['tracestate', 'a=1'],
    ['baggage', 'x=1'],
    ['tracestate', 'b=2'],
    ['baggage', 'y=2'],
  ];
  expect(readTrace(FieldList.from(fields))).toMatchObject({ tracestate: 'a=1,b=2', baggage: 'x=1,y=2' });
  expect(passed(...fields)).toEqual(fields);
});

test('a second field of baggage that is malformed does not slip through', () => {
  expect(passed(['baggage', 'x=1'], ['baggage', 'not baggage'])).toEqual([['baggage', 'x=1']]);
});

test('where nothing is believed, nothing is passed on', () => {
  const fields = FieldList.from({ traceparent: parent, tracestate: 'a=1', baggage: 'b=2', accept: '*/*' });
  passOn(fields, nothingBelieved);
  expect([...fields]).toEqual([['accept', '*/*']]);
});

test('the parent is read with its identity', () => {
  expect(readTrace(FieldList.from({ traceparent: parent })).parent).toEqual({
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    traceFlags: 1,
  });
});
