import { expect, test } from 'vitest';
import { z } from 'zod';
import { limitsOf, options } from '../../../../plugins/rate-limit/options.ts';

/** What is said of options; empty when they are accepted. */
function complaintsAbout(given: unknown): string[] {
  const { error } = options.safeParse(given);
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
}

const rate = { requests: 100, windowMs: 1_000 };

test.each([
  [rate],
  [{ ...rate, burst: 20, store: { redis: 'redis://127.0.0.1:6379' } }],
  [{ ...rate, key: { header: 'X-Api-Key' }, ipv6Prefix: 56 }],
  [{ ...rate, key: ['route', { cookie: 'session' }, () => 'a'], algorithm: 'sliding-window' }],
  [{ limits: [rate, { ...rate, name: 'second', key: 'route' }], dryRun: true, onStoreError: 'open' }],
])('%j is accepted', (given) => {
  expect(complaintsAbout(given)).toEqual([]);
});

const notKey =
  'must be "client", "route", { header: name }, { cookie: name }, a function, or a list of these';

test.each([
  [
    {},
    ['requests: is missing: how many requests in a window?', 'windowMs: is missing: how long is the window?'],
  ],
  [{ requests: 0, windowMs: 1 }, ['requests: Too small: expected number to be >=1']],
  [{ ...rate, window: 1 }, [': Unrecognized key: "window"']],
  [{ ...rate, key: 'ip' }, [`key: ${notKey}`]],
  [{ ...rate, key: { header: 'a b' } }, ['key.header: must be the name of a header field that plugins see']],
  [{ ...rate, key: { header: 'Host' } }, ['key.header: must be the name of a header field that plugins see']],
  [{ ...rate, key: ['client', 1] }, [`key: ${notKey}`]],
  [{ ...rate, key: [] }, ['key: must name at least one thing']],
  [{ ...rate, name: 'my "limit"' }, ['name: must be 1 to 40 characters of A-Z a-z 0-9 . _ -']],
  [
    { ...rate, burst: 5, algorithm: 'sliding-window' },
    ['burst: is of the algorithm gcra; a sliding window has none'],
  ],
  [{ ...rate, limits: [rate] }, ['requests: belongs into each of "limits" when there are several']],
  [
    {
      limits: [
        { ...rate, name: 'a' },
        { ...rate, name: 'a' },
      ],
    },
    ['limits.1.name: is the name of another limit'],
  ],
  [{ ...rate, store: 'redis' }, ['store: must be "memory" or { redis: url }']],
  [
    { ...rate, store: { redis: '127.0.0.1:6379' } },
    ['store.redis: must be a URL like redis://127.0.0.1:6379 or rediss://user:password@host:6380/1'],
  ],
  [
    { ...rate, store: { redis: 'redis://127.0.0.1:port' } },
    ['store.redis: must be a URL like redis://127.0.0.1:6379 or rediss://user:password@host:6380/1'],
  ],
  [
    { ...rate, onStoreError: 'ignore' },
    ['onStoreError: Invalid option: expected one of "open"|"closed"|"local"'],
  ],
])('%j is refused', (given, complaints) => {
  expect(complaintsAbout(given)).toEqual(complaints);
});

test('the burst is the whole quota unless it is given, and names are made up', () => {
  expect(limitsOf(options.parse({ limits: [rate, { ...rate, burst: 5 }] }))).toMatchObject([
    { name: 'default', burst: 100, algorithm: 'gcra', key: 'client', ipv6Prefix: 64 },
    { name: 'limit-2', burst: 5 },
  ]);
});

test('editors can be told of the options', () => {
  const schema = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
  expect(Object.keys(schema.properties ?? {})).toContain('requests');
});
