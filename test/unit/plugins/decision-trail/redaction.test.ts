import { expect, test } from 'vitest';
import { Redaction } from '../../../../plugins/decision-trail/redaction.ts';

const redaction = new Redaction(['X-Mine'], true);
const strict = new Redaction([], false);

test.each(['Authorization', 'COOKIE', 'set-cookie', 'x-mine', 'X_Api_Key', 'x_mine'])(
  'values of %s are not shown',
  (name) => {
    const effect = { kind: 'field', message: 'request', name, before: ['a'], after: ['b', 'c'] } as const;
    expect(redaction.effect(effect)).toEqual({ ...effect, before: ['***'], after: ['***', '***'] });
  },
);

test('other values are shown, long ones cut', () => {
  const long = 'x'.repeat(600);
  const effect = { kind: 'field', message: 'request', name: 'a', before: [], after: ['b', long] } as const;
  expect(redaction.effect(effect)).toEqual({ ...effect, after: ['b', `${'x'.repeat(512)}...`] });
  const failed = { kind: 'failed', code: 'c', reason: long } as const;
  expect(redaction.effect(failed)).toEqual({ ...failed, reason: `${'x'.repeat(512)}...` });
  const slot = { kind: 'slot', name: 's' } as const;
  expect(redaction.effect(slot)).toBe(slot);
});

test('queries are shown unless they are not wanted', () => {
  const effect = { kind: 'value', name: 'query', before: 'a=1', after: undefined } as const;
  expect(redaction.effect(effect)).toEqual(effect);
  expect(strict.effect(effect)).toEqual({ ...effect, before: '***' });
  expect([redaction.target('/a?b'), strict.target('/a?b'), strict.target('/a')]).toEqual([
    '/a?b',
    '/a?***',
    '/a',
  ]);
});

test('conditions of routes are redacted like fields and queries', () => {
  const header = { kind: 'header', name: 'Cookie', expected: '/s=1/', actual: 's=1', holds: true } as const;
  const query = { kind: 'query', name: 'token', expected: 't', actual: undefined, holds: false } as const;
  const path = { kind: 'path', name: undefined, expected: '/a', actual: '/a', holds: true } as const;
  const verdict = { route: 'r', upstream: 'u', isTaken: true, precededBy: undefined };
  expect(strict.verdict({ ...verdict, conditions: [header, query, path] }).conditions).toEqual([
    { ...header, expected: '***', actual: '***' },
    { ...query, expected: '***' },
    path,
  ]);
  expect(redaction.verdict({ ...verdict, conditions: [query] }).conditions).toEqual([query]);
});
