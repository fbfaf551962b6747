import { expect, test } from 'vitest';
import concurrencyLimit from '../../../../plugins/concurrency-limit/index.ts';

function complaintsAbout(given: unknown): string[] {
  const result = concurrencyLimit.definition.options!.safeParse(given);
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test.each([
  [{ maxConcurrent: 10 }],
  [{ maxConcurrent: 10, maxQueued: 5, queueTimeoutMs: 500, key: ['client', 'route'] }],
])('%j is accepted', (given) => {
  expect(complaintsAbout(given)).toEqual([]);
});

const notKey =
  'must be "client", "route", { header: name }, { cookie: name }, a function, or a list of these';

test.each([
  [{}, 'maxConcurrent: Invalid input: expected number, received undefined'],
  [{ maxConcurrent: 0 }, 'maxConcurrent: Too small: expected number to be >=1'],
  [{ maxConcurrent: 1, maxQueued: -1 }, 'maxQueued: Too small: expected number to be >=0'],
  [{ maxConcurrent: 1, queueTimeoutMs: 0 }, 'queueTimeoutMs: Too small: expected number to be >=1'],
  [{ maxConcurrent: 1, key: 'ip' }, `key: ${notKey}`],
  [{ maxConcurrent: 1, max: 2 }, ': Unrecognized key: "max"'],
])('%j is refused', (given, complaint) => {
  expect(complaintsAbout(given)).toEqual([complaint]);
});
