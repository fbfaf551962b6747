import { expect, test } from 'vitest';
import { statusOf, timesOf } from '../../../../plugins/access-log/record.ts';
import { attempt, settledExchange } from './settled-exchange.ts';

test('the status is that of the response', () => {
  expect(statusOf(settledExchange({ response: { status: 404 } }))).toBe(404);
});

test.each([
  ['client_aborted', 499],
  ['connect_timeout', 504],
  ['local_response', undefined],
  ['constructor', undefined],
  [undefined, undefined],
])('without a response, the code %s stands for %s', (code, expected) => {
  expect(statusOf(settledExchange({ response: undefined, outcome: { code } }))).toBe(expected);
});

test('the time of an attempt is divided into queue, connect and first byte', () => {
  expect(timesOf(attempt)).toEqual({ queueMs: 1, connectMs: 2.25, firstByteMs: 6.25 });
});

test('a connection that was begun for an earlier request counts only while this one waited', () => {
  expect(timesOf({ ...attempt, connectMs: 50 })).toMatchObject({ queueMs: 0, connectMs: 3.25 });
});

test('what an attempt did not reach has no time', () => {
  const none = { queueMs: undefined, connectMs: undefined, firstByteMs: undefined };
  expect(timesOf(undefined)).toEqual(none);
  expect(timesOf({ ...attempt, connectedAtMs: 0, responseAtMs: 0 })).toEqual(none);
  expect(timesOf({ ...attempt, responseAtMs: 0 })).toMatchObject({ queueMs: 1, firstByteMs: undefined });
});
