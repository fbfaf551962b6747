import { expect, test } from 'vitest';
import { FieldList } from '../../../../core/index.ts';
import { addVary } from '../../../../plugins/headers/vary.ts';

test.each([
  [[], ['Origin']],
  [['Accept'], ['Accept', 'Origin']],
  [
    ['Accept', 'accept, origin'],
    ['Accept', 'accept, origin'],
  ],
  [['ORIGIN'], ['ORIGIN']],
  [[' * '], [' * ']],
  [['X-Origin'], ['X-Origin', 'Origin']],
])('Vary %j becomes %j', (before, after) => {
  const fields = FieldList.from(before.map((value): [string, string] => ['vary', value]));
  addVary(fields, 'Origin');
  expect(fields.getAll('vary')).toEqual(after);
});
