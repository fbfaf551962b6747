import { expect, test } from 'vitest';
import { causesOf } from '../../../../plugins/error-log/causes.ts';

test('causes come outermost first, with what the system says', () => {
  const system = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
    address: '127.0.0.1',
    port: 1,
  });
  expect(causesOf(new Error('outer', { cause: system }))).toEqual([
    { message: 'outer' },
    { message: system.message, code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 1 },
  ]);
});

test('of several errors in one the first is told', () => {
  const all = new AggregateError([new Error('first'), new Error('second')], 'all');
  expect(causesOf(all).map(({ message }) => message)).toEqual(['all', 'first']);
});

test('what was thrown need not be an error', () => {
  expect(causesOf(new Error('a', { cause: 'text' }))).toEqual([{ message: 'a' }, { message: 'text' }]);
  expect(causesOf(undefined)).toEqual([]);
});

test('neither a loop of causes nor a long message costs more than a few lines', () => {
  const error = new Error('x'.repeat(10_000));
  error.cause = error;
  expect(causesOf(error)).toHaveLength(5);
  expect(causesOf(error)[0]!.message).toHaveLength(500);
});
