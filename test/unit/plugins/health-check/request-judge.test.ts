import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RequestJudge } from '../../../../plugins/health-check/request-judge.ts';
import { type Met, RequestWindow } from '../../../../plugins/health-check/request-window.ts';
import { rules } from './rules.ts';

const meanings: Readonly<Record<string, Met>> = { '+': 'answer', e: 'error', f: 'failure' };

/** What is said after each of the requests, one character each; time stands still. */
function verdicts(met: string, judge = new RequestJudge(rules)): (string | undefined)[] {
  return Array.from(met, (each) => judge.note(meanings[each]!, 0));
}

test.each([
  ['fff', '3 failures in a row'],
  ['ff+fff', '3 failures in a row'],
  ['eeee', '4 responses with 5xx in a row'],
  ['effefe', undefined],
  ['efeefe', '4 responses with 5xx in a row'],
  ['ff+ff+', undefined],
])('after %s it says %s', (met, expected) => {
  expect(verdicts(met).at(-1)).toBe(expected);
});

test('an answer with 5xx ends a row of failures, and a failure ends no row of 5xx', () => {
  expect(verdicts('ffeff')).toEqual([undefined, undefined, undefined, undefined, undefined]);
  expect(verdicts('eeefe').at(-1)).toBe('4 responses with 5xx in a row');
});

test('the share of failures counts from the minimum of requests on', () => {
  expect(verdicts('+f+f+f+')).toEqual(Array.from({ length: 7 }));
  expect(verdicts('+f+f+f+f').at(-1)).toBe('50 % of 8 requests failed');
  expect(verdicts('+f+f+f++').at(-1)).toBeUndefined();
});

test('the share of responses with 5xx is counted apart from that of failures', () => {
  expect(verdicts('eee+eee+ee').at(-1)).toBe('80 % of 10 requests got 5xx');
  expect(verdicts('ee+ff+ee+f').at(-1)).toBeUndefined();
});

test('what is older than the window does not count', () => {
  const judge = new RequestJudge({ ...rules, consecutiveFailures: 100 });
  for (let i = 0; i < 7; i++) expect(judge.note('failure', 0)).toBeUndefined();
  expect(judge.note('failure', 1_000)).toBeUndefined();
  for (let i = 0; i < 6; i++) expect(judge.note('failure', 1_000)).toBeUndefined();
  expect(judge.note('failure', 1_999)).toBe('100 % of 8 requests failed');
});

test('after a new beginning nothing counts any more', () => {
  const judge = new RequestJudge(rules);
  verdicts('ffeee', judge);
  judge.clear();
  expect(verdicts('ffeee', judge).some((reason) => reason !== undefined)).toBe(false);
});

test('a window counts what is at most nine to ten tenths of its length old', () => {
  const steps = fc.array(
    fc.record({ afterMs: fc.nat(400), met: fc.constantFrom<Met>('answer', 'error', 'failure') }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (requests) => {
      const window = new RequestWindow(1_000);
      let nowMs = 0;
      const times = requests.map(({ afterMs, met }) => {
        window.note(met, (nowMs += afterMs));
        return { atMs: nowMs, met };
      });
      const since = (ms: number) => times.filter(({ atMs }) => atMs > nowMs - ms).length;
      const { requests: counted, errors, failures } = window.counts(nowMs);
      expect(counted).toBeLessThanOrEqual(since(1_000));
      expect(counted).toBeGreaterThanOrEqual(since(900));
      expect(errors + failures).toBeLessThanOrEqual(counted);
    }),
  );
});
