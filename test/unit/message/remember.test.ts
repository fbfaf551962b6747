import { expect, test } from 'vitest';
import { remember } from '../../../core/message/remember.ts';

function counting<Answer>(answer: Answer, atMost: number): { of: (key: string) => Answer; asked: string[] } {
  const asked: string[] = [];
  const of = remember((key: string) => {
    asked.push(key);
    return answer;
  }, atMost);
  return { of, asked };
}

test.each(['yes', false, undefined])('the answer %j is computed once', (answer) => {
  const { of, asked } = counting(answer, 2);
  expect([of('a'), of('a'), of('b'), of('a')]).toEqual([answer, answer, answer, answer]);
  expect(asked).toEqual(['a', 'b']);
});

test('no more answers are kept than allowed', () => {
  const { of, asked } = counting('yes', 2);
  for (const key of ['a', 'b', 'c', 'c', 'a']) of(key);
  expect(asked).toEqual(['a', 'b', 'c', 'a']);
});

test('nothing is remembered of an argument that was refused', () => {
  let tries = 0;
  const of = remember(() => {
    if (++tries === 1) throw new Error('not now');
    return tries;
  }, 2);
  expect(() => of('a')).toThrow('not now');
  expect(of('a')).toBe(2);
});
