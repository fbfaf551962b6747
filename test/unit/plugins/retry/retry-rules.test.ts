import { expect, test } from 'vitest';
import { pauseBeforeRetry, type Situation } from '../../../../plugins/retry/retry-rules.ts';

const rules = {
  attempts: 3,
  failures: ['connect_failed', 'connection_lost'],
  statuses: [502, 503],
  backoffMs: 20,
  maxBackoffMs: 200,
};

const lost: Situation = {
  met: 'connection_lost',
  mayRetry: true,
  nothingSent: false,
  attempts: 1,
  isAnotherLeft: true,
  leftMs: Infinity,
};

test.each<[string, Partial<Situation>, number | undefined]>([
  ['a failure that is listed', {}, 20],
  ['a second one', { attempts: 2 }, 40],
  ['the last attempt', { attempts: 3 }, undefined],
  ['a failure that is not listed', { met: 'malformed_response' }, undefined],
  ['what might do harm', { mayRetry: false }, undefined],
  ['a status that is listed', { met: 503 }, 20],
  ['a status that is not listed', { met: 500 }, undefined],
  ['nothing sent, another backend left', { nothingSent: true }, 0],
  ['nothing sent, no other backend left', { nothingSent: true, isAnotherLeft: false }, 20],
  ['less time left than the pause takes', { leftMs: 20 }, undefined],
  ['just enough time left', { leftMs: 20.1 }, 20],
  ['no time left', { nothingSent: true, leftMs: 0 }, undefined],
])('after %s the pause is right', (_what, changed, expected) => {
  expect(pauseBeforeRetry({ ...lost, ...changed }, rules, () => 0)).toBe(expected);
});
