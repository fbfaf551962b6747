import { expect, test } from 'vitest';
import type { Exchange } from '../../../../core/index.ts';
import { codeIndex, codes, methodIndex, methods } from '../../../../plugins/metrics/classes.ts';

const codeOf = (outcome: { code?: string; phase: string }, status?: number): string =>
  codes[codeIndex({ outcome, response: status === undefined ? undefined : { status } } as Exchange)]!;

test.each([
  [101, '1xx'],
  [200, '2xx'],
  [304, '3xx'],
  [499, '4xx'],
  [599, '5xx'],
])('a response with the status %d is of the class %s', (status, code) => {
  expect(codeOf({ phase: 'done' }, status)).toBe(code);
});

test.each(['admit', 'choose', 'connect', 'request', 'response'])(
  'a client that is gone in the phase %s was sent nothing',
  (phase) => {
    expect(codeOf({ code: 'client_aborted', phase })).toBe('499');
    expect(codeOf({ code: 'client_aborted', phase }, 200)).toBe('499');
  },
);

test.each(['relay', 'tunnel'])('a client that is gone in the phase %s was sent the status', (phase) => {
  expect(codeOf({ code: 'client_aborted', phase }, 200)).toBe('2xx');
});

test('a failure without a response has the class of its code', () => {
  expect(codeOf({ code: 'drain_timeout', phase: 'request' })).toBe('5xx');
  expect(codeOf({ code: 'body_timeout', phase: 'request' })).toBe('4xx');
});

test('methods are those of a list, in their case, and others', () => {
  const labelOf = (method: string): string => methods[methodIndex(method)]!;
  expect(['GET', 'TRACE', 'get', 'PROPFIND', '__proto__', ''].map(labelOf)).toEqual([
    'GET',
    'TRACE',
    'other',
    'other',
    'other',
    'other',
  ]);
});
