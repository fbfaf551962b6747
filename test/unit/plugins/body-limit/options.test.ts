import { expect, test } from 'vitest';
import bodyLimit from '../../../../plugins/body-limit/index.ts';

const parse = (given: unknown) => bodyLimit.definition.options!.safeParse(given);

test('a mebibyte is the limit unless another is given', () => {
  expect(parse({})).toMatchObject({ success: true, data: { maxBytes: 1_048_576 } });
  expect(parse({ maxBytes: 0 })).toMatchObject({ success: true, data: { maxBytes: 0 } });
});

test.each([
  [{ maxBytes: -1 }, 'Too small: expected number to be >=0'],
  [{ maxBytes: '1 MB' }, 'Invalid input: expected number, received string'],
  [{ maxBytes: 1.5 }, 'Invalid input: expected int, received number'],
  [{ maxSize: 1 }, 'Unrecognized key: "maxSize"'],
])('%j is refused', (given, message) => {
  const result = parse(given);
  expect(result.success ? [] : result.error.issues).toMatchObject([{ message }]);
});
