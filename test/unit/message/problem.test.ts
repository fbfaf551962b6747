import { expect, test } from 'vitest';
import { problemJson, problemText } from '../../../core/message/problem.ts';

const problem = { status: 404, code: 'no_route', detail: 'Nothing "here"\n.', exchange: 'x-1' };

test('a problem is an RFC 9457 object on one line', () => {
  const text = problemJson(problem);
  expect(text.endsWith('}\n')).toBe(true);
  expect(text.trimEnd()).not.toContain('\n');
  expect(JSON.parse(text)).toEqual({ type: 'about:blank', title: 'Not Found', ...problem });
});

test('a problem without an exchange names none', () => {
  const { exchange: _, ...bare } = problem;
  expect(JSON.parse(problemJson(bare))).not.toHaveProperty('exchange');
  expect(problemText({ ...bare, detail: 'No.' })).toBe('404 Not Found: No. (no_route)\n');
});

test('a problem as text says the same', () => {
  expect(problemText({ ...problem, detail: 'No.' })).toBe('404 Not Found: No. (no_route) [x-1]\n');
});

test('a status without a name has an empty title', () => {
  expect(JSON.parse(problemJson({ ...problem, status: 599 }))).toMatchObject({ title: '' });
});
