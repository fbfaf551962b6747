import { createClient } from '@redis/client';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Limit, MemoryStore } from '../../../plugins/rate-limit/memory-store.ts';
import { decisionScript, verdictOf, wordsOf } from '../../../plugins/rate-limit/redis-script.ts';
import type { Verdict } from '../../../plugins/rate-limit/quota.ts';
import { RedisServer } from './redis-server.ts';

const hourMs = 3_600_000;

/** The script with a clock that the last of ARGV sets, in microseconds. */
const clocked = decisionScript.replace("redis.call('TIME')", '{ 0, ARGV[#ARGV] }');

async function startScript() {
  const redis = await RedisServer.start();
  const client = await createClient({ url: redis.url }).connect();
  return {
    decide: async (limits: readonly Limit[], keys: readonly string[], nowMs: number): Promise<Verdict> => {
      const words = limits.flatMap(wordsOf);
      const clock = String(Math.round(nowMs * 1_000));
      const command = ['EVAL', clocked, String(keys.length), ...keys, ...words, clock];
      return verdictOf(await client.sendCommand(command), limits);
    },
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await redis[Symbol.asyncDispose]();
    },
  };
}

const gcra = (name: string, requests: number, burst: number): Limit => ({
  name,
  algorithm: 'gcra',
  requests,
  windowMs: hourMs,
  burst,
});
const window = (name: string, requests: number): Limit => ({
  ...gcra(name, requests, requests),
  algorithm: 'sliding-window',
});

const limitLists: readonly (readonly Limit[])[] = [
  [gcra('a', 7, 3)],
  [window('a', 5)],
  [gcra('a', 9, 4), window('b', 6), gcra('c', 60, 1)],
];

test('at any time the script decides as the memory does', async () => {
  await using script = await startScript();
  const pauses = fc.array(fc.oneof(fc.nat({ max: 10 }), fc.nat({ max: 2 * hourMs })), { minLength: 30 });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...limitLists), pauses, async (limits, steps) => {
      const memory = new MemoryStore(limits, 1_000);
      const keys = limits.map(({ name }) => `${run}:${name}`);
      let nowMs = 1_000 * hourMs;
      run++;
      for (const step of steps) {
        nowMs += step;
        const { resetMs, retryAfterMs, ...decided } = await script.decide(limits, keys, nowMs);
        const expected = memory.decide(keys, nowMs)!;
        expect({ ...expected, ...decided }).toEqual(expected);
        expect(Math.abs(resetMs - expected.resetMs)).toBeLessThan(0.1);
        expect(Math.abs(retryAfterMs - expected.retryAfterMs)).toBeLessThan(0.1);
      }
    }),
    { numRuns: 30 },
  );
});

test.each([gcra('a', 3, 3), window('a', 3)])(
  'a clock that is set back neither locks a client out nor gives it a new quota: $algorithm',
  async (limit) => {
    await using script = await startScript();
    const at = async (nowMs: number) => (await script.decide([limit], ['key'], nowMs)).isAdmitted;
    const noonMs = 1_000 * hourMs;
    expect([await at(noonMs), await at(noonMs), await at(noonMs), await at(noonMs)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(await at(noonMs - 1_000)).toBe(false);
    expect(await at(noonMs - 1_000 + 2 * hourMs)).toBe(true);
  },
);
