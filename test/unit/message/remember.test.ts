import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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

test('a text of more than 256 characters is computed each time', () => {
  const { of, asked } = counting('yes', 2);
  const [short, long] = ['a'.repeat(256), 'a'.repeat(257)];
  for (const key of [short, short, long, long]) expect(of(key)).toBe('yes');
  expect(asked).toEqual([short, long, long]);
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('of a text that was cut out of a long one, and of what is cut out of it, nothing else stays in memory', () => {
  const of = remember((key: string) => key.slice(20), 100);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 100; i++) of(Buffer.alloc(100_000, `${i} `).toString('latin1').slice(50, 250));
  collectGarbage();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
});
