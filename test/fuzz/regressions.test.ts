import { expect, test } from 'vitest';
import { readJsonLines } from '../support/jsonl.ts';
import type { Regression } from './target.ts';
import { targets } from './targets.ts';
import { tryAll } from './try-out.ts';

const regressions = readJsonLines<Regression>(new URL('regressions.jsonl', import.meta.url));

test.each(targets)('$name that once broke a promise keep it', async (target) => {
  const own = regressions.filter((each) => each.target === target.name);
  await using trial = await target.start();
  await tryAll(
    target,
    trial,
    own.map(({ input }) => Buffer.from(input, 'latin1')),
  );
});

test('every regression is of a target', () => {
  const names = targets.map(({ name }) => name);
  expect(regressions.filter(({ target }) => !names.includes(target))).toEqual([]);
});
