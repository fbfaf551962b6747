import { expect, test } from 'vitest';
import type { Exchange } from '../../../../core/index.ts';
import { keepsOf, type SkipRule, statusRange } from '../../../../plugins/access-log/keep.ts';
import { Measures } from '../../../../plugins/access-log/measures.ts';
import { settledExchange } from './settled-exchange.ts';

const everyOne = { share: 1, errorStatus: 400 };

function isKept(
  exchange: Exchange,
  rules: SkipRule[],
  sampling = everyOne,
  draw = 0.5,
  slowMs?: number,
): boolean {
  const measures = new Measures(slowMs);
  measures.read(exchange);
  return keepsOf(rules, sampling, () => draw)?.(exchange, measures) ?? true;
}

const on = (routingPath: string, status = 200, method = 'GET'): Exchange =>
  settledExchange({ inbound: { routingPath, method }, response: { status } });

test.each<[SkipRule, Exchange, boolean]>([
  [{ paths: ['/health'] }, on('/health'), false],
  [{ paths: ['/health'] }, on('/healthy'), true],
  [{ paths: ['/assets/*'] }, on('/assets/a.png'), false],
  [{ paths: ['/assets/*'] }, on('/assets'), false],
  [{ paths: ['/assets/*'] }, on('/assets-2'), true],
  [{ statuses: [304] }, on('/', 304), false],
  [{ statuses: ['2xx'] }, on('/', 204), false],
  [{ statuses: ['2xx', 304] }, on('/', 404), true],
  [{ methods: ['OPTIONS'] }, on('/', 200, 'OPTIONS'), false],
  [{ routes: ['all'] }, on('/'), false],
  [{ routes: ['other'] }, on('/'), true],
  [{ routes: ['all'] }, settledExchange({ route: undefined }), true],
  [{ paths: ['/health'], statuses: ['2xx'] }, on('/health', 503), true],
  [{ paths: ['/health'], statuses: ['2xx'] }, on('/health', 200), false],
])('with the rule %j', (rule, exchange, expected) => {
  expect(isKept(exchange, [{ paths: ['/never'] }, rule])).toBe(expected);
});

const tenth = { share: 0.1, errorStatus: 400 };

test('of sampled exchanges the share is kept that was asked for', () => {
  expect(isKept(on('/'), [], tenth, 0.0999)).toBe(true);
  expect(isKept(on('/'), [], tenth, 0.1)).toBe(false);
  expect(isKept(on('/'), [], { ...tenth, share: 0 }, 0)).toBe(false);
});

test('errors and slow exchanges are kept whatever is drawn', () => {
  const cut = settledExchange({
    outcome: { endedBy: 'backend', phase: 'relay', code: 'response_truncated' },
  });
  expect(isKept(on('/', 400), [], tenth)).toBe(true);
  expect(isKept(on('/', 404), [], { ...tenth, errorStatus: 500 })).toBe(false);
  expect(isKept(cut, [], { ...tenth, errorStatus: 600 })).toBe(true);
  expect(isKept(on('/'), [], tenth, 0.5, 12)).toBe(true);
  expect(isKept(on('/'), [], tenth, 0.5, 13)).toBe(false);
});

test('a rule wins over what sampling would keep', () => {
  expect(isKept(on('/health', 503), [{ paths: ['/health'] }], tenth, 0, 1)).toBe(false);
});

test.each([
  [404, [404, 404]],
  ['404', [404, 404]],
  ['5XX', [500, 599]],
  ['6xx', undefined],
  ['x', undefined],
  [99, undefined],
])('the status %j is the range %j', (text, range) => {
  expect(statusRange(text)).toEqual(range);
});
