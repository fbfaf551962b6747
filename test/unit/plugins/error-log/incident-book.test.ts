import { beforeEach, expect, test } from 'vitest';
import { type Failure, IncidentBook } from '../../../../plugins/error-log/incident-book.ts';

const limits = { recoveryMs: 1_000, quietMs: 5_000, reminderMs: 60_000, maxIncidents: 3 };

let nowMs: number;
let told: unknown[];
let book: IncidentBook;

beforeEach(() => {
  nowMs = 1_000_000;
  told = [];
  book = bookWith();
});

function bookWith(changes: Partial<typeof limits> = {}): IncidentBook {
  return new IncidentBook(
    { ...limits, ...changes },
    {
      onOpened: ({ code, backend }) => told.push(['opened', code, backend]),
      onGoingOn: ({ failures }, added) => told.push(['goes on', failures, added]),
      onClosed: ({ failures, madeGood, closedBy }) => told.push(['closed', closedBy, failures, madeGood]),
      onUnkept: (failures) => told.push(['unkept', failures]),
    },
    () => nowMs,
  );
}

const failure = (changes: Partial<Failure> = {}): Failure => ({
  code: 'connect_failed',
  upstream: 'app',
  backend: 'a',
  plugin: undefined,
  hook: undefined,
  error: new Error('boom'),
  exchange: 'x-1',
  ...changes,
});

function wait(ms: number): void {
  nowMs += ms;
  book.check();
}

test('failures of one kind are one incident, told of once', () => {
  for (let i = 0; i < 100; i++) book.fail(failure({ exchange: `x-${i}` }));
  expect(told).toEqual([['opened', 'connect_failed', 'a']]);
  expect(book.recent).toMatchObject([
    { number: 1, failures: 100, exchange: 'x-0', causes: [{ message: 'boom' }] },
  ]);
});

test.each([
  { code: 'connect_timeout' },
  { upstream: 'other' },
  { backend: 'b' },
  { plugin: 'p' },
  { hook: 'onRequest' },
])('%j makes another incident', (other) => {
  book.fail(failure());
  book.fail(failure(other));
  expect(book.recent.map(({ number }) => number)).toEqual([2, 1]);
});

test('a good answer closes it once the backend has not failed for a while', () => {
  book.fail(failure());
  nowMs += 999;
  book.answeredWell('app', 'a');
  book.check();
  expect(told).toHaveLength(1);
  wait(1);
  expect(told.at(-1)).toEqual(['closed', 'recovered', 1, 0]);
  expect(book.recent).toMatchObject([{ closedBy: 'recovered', closedAt: new Date(nowMs) }]);
});

test('with recoveryMs 0 a good answer closes it at once', () => {
  book = bookWith({ recoveryMs: 0 });
  book.fail(failure());
  book.answeredWell('app', 'a');
  expect(told.at(-1)).toEqual(['closed', 'recovered', 1, 0]);
});

test('a backend that answers now and fails then is one incident', () => {
  for (let i = 0; i < 50; i++) {
    book.fail(failure());
    book.answeredWell('app', 'a');
    wait(900);
  }
  expect(told).toHaveLength(1);
});

test('a good answer of another backend or upstream closes nothing', () => {
  book.fail(failure());
  book.answeredWell('app', 'b');
  book.answeredWell('other', 'a');
  wait(1_000);
  expect(told).toHaveLength(1);
});

test('of an upstream as a whole, any backend is good enough; of a plugin, none', () => {
  book.fail(failure({ code: 'no_backend', backend: undefined }));
  book.fail(failure({ code: 'plugin_failed', backend: undefined, plugin: 'p' }));
  book.answeredWell('app', 'b');
  wait(1_000);
  expect(told.slice(2)).toEqual([['closed', 'recovered', 1, 0]]);
});

test('it closes when nothing of its kind failed for a while', () => {
  book.fail(failure());
  nowMs += 4_000;
  book.fail(failure());
  wait(4_999);
  expect(told).toHaveLength(1);
  wait(1);
  expect(told.at(-1)).toEqual(['closed', 'quiet', 2, 0]);
  book.fail(failure());
  expect(told.at(-1)).toEqual(['opened', 'connect_failed', 'a']);
});

test('one that goes on is told of again now and then', () => {
  for (let second = 0; second <= 120; second++) {
    book.fail(failure());
    wait(1_000);
  }
  expect(told.slice(1)).toEqual([
    ['goes on', 60, 59],
    ['goes on', 120, 60],
  ]);
});

test('attempts that were made good are counted', () => {
  book.fail(failure());
  book.makeGood(failure());
  book.makeGood(failure({ backend: 'unknown' }));
  book.end();
  expect(told.at(-1)).toEqual(['closed', 'end', 1, 1]);
});

test('the number of incidents is bounded, open ones and those that are remembered', () => {
  for (let i = 0; i < 10; i++) book.fail(failure({ backend: `b${i}` }));
  book.check();
  expect(told.slice(3)).toEqual([['unkept', 7]]);
  wait(5_000);
  for (let i = 0; i < 3; i++) book.fail(failure({ backend: `c${i}` }));
  wait(5_000);
  expect(book.recent.map(({ backend }) => backend)).toEqual(['c2', 'c1', 'c0']);
});
