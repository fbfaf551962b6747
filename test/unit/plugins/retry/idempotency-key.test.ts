import { expect, test } from 'vitest';
import { FieldList } from '../../../../core/index.ts';
import { hasIdempotencyKey } from '../../../../plugins/retry/idempotency-key.ts';

test.each<[string, [string, string][], boolean]>([
  ['a string', [['Idempotency-Key', '"8e03978e-40d5"']], true],
  ['a bare one', [['idempotency-key', '8e03978e']], true],
  ['none', [['Other', '1']], false],
  ['an empty one', [['Idempotency-Key', '']], false],
  ['an empty string', [['Idempotency-Key', '""']], false],
  [
    'two of them',
    [
      ['Idempotency-Key', '"a"'],
      ['idempotency-key', '"a"'],
    ],
    false,
  ],
])('of the key of a request: %s', (_what, fields, expected) => {
  const list = new FieldList();
  for (const [name, value] of fields) list.append(name, value);
  expect(hasIdempotencyKey(list, 'Idempotency-Key')).toBe(expected);
});
