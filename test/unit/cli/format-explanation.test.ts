import { createColors } from 'picocolors';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { effectText, printable, verdictText } from '../../../cli/format-effect.ts';
import { formatExplanation } from '../../../cli/format-explanation.ts';
import type { Explanation, TrailEffect } from '../../../core/index.ts';

const plain = createColors(false);

const nothing: Explanation = {
  method: 'GET',
  url: 'http://a/',
  client: '127.0.0.1',
  isEncrypted: false,
  outcome: 'answered',
  routes: [],
  candidates: [],
  steps: [],
  sent: [],
  answer: undefined,
  notAsked: [],
};

describe('an effect', () => {
  const field = { kind: 'field', message: 'request', name: 'A' } as const;
  test.each<[TrailEffect, string]>([
    [{ ...field, before: [], after: ['1'] }, 'added request field A: 1'],
    [{ ...field, before: ['1'], after: ['1', '2'] }, 'added request field A: 2'],
    [{ ...field, before: ['1'], after: ['2'] }, 'set request field A: 1 -> 2'],
    [{ ...field, before: ['1', '2'], after: ['1'] }, 'set request field A: 1, 2 -> 1'],
    [{ ...field, before: ['1'], after: [] }, 'removed request field A'],
    [{ kind: 'value', name: 'path', before: '/a', after: '/b' }, 'set path: /a -> /b'],
    [{ kind: 'value', name: 'query', before: 'a', after: undefined }, 'set query: a -> none'],
    [{ kind: 'value', name: 'host', before: undefined, after: 'b' }, 'set host: b'],
    [{ kind: 'slot', name: 's' }, 'set slot s'],
    [{ kind: 'body', message: 'response', change: 'transformed' }, 'transformed the response body'],
    [{ kind: 'candidates', before: ['a', 'b'], after: [] }, 'candidates a, b -> none'],
    [{ kind: 'answered', status: 403, code: 'c' }, 'answered 403 c'],
    [{ kind: 'refused', reason: 'r' }, 'refused the connection: r'],
    [{ kind: 'retried' }, 'asked for another attempt'],
    [{ kind: 'failed', code: 'plugin_failed', reason: 'r' }, 'failed: r (plugin_failed)'],
  ])('%j reads %j', (effect, text) => {
    expect(effectText(effect)).toBe(text);
  });
});

test('a route that was not taken says what failed, and nothing of what holds', () => {
  const holding = { kind: 'path', name: undefined, expected: '/*', actual: '/', holds: true } as const;
  const failing = { kind: 'header', name: 'x', expected: '1', actual: undefined, holds: false } as const;
  const route = { route: 'r', upstream: 'u', precededBy: undefined };
  expect(verdictText({ ...route, isTaken: false, conditions: [holding, failing] })).toBe(
    'header x is missing, expected 1',
  );
  expect(verdictText({ ...route, isTaken: true, conditions: [holding] })).toBe('path /*');
  expect(verdictText({ ...route, isTaken: true, conditions: [] })).toBe('takes every request');
});

test('control characters cannot reach the terminal', () => {
  expect(printable('a\u001b[31mb\u009b\r')).toBe('a\\x1b[31mb\\x9b\\x0d');
});

test('the steps of several attempts are told apart', () => {
  const step = { plugin: 'p', stage: 'Default', isSkipped: false, tookMs: 1, effects: [] };
  const sent = { upstream: 'u', backend: 'b', url: 'http://b/', head: ['GET / HTTP/1.1'], bodyBytes: 3 };
  const text = formatExplanation(
    {
      ...nothing,
      candidates: ['b'],
      steps: [
        { ...step, hook: 'selectBackend', attempt: 1 },
        { ...step, hook: 'selectBackend', attempt: 2 },
      ],
      sent: [sent, sent],
    },
    plain,
  );
  expect(text).toContain(
    'selectBackend, attempt 1 of b\n  1. p  Default  nothing\n\nselectBackend, attempt 2 of b',
  );
  expect(text).toContain('To backend b of u, http://b/\n  GET / HTTP/1.1\n  (3 bytes of body)');
});

test('more than ten routes are cut short', () => {
  const route = { upstream: 'u', isTaken: false, conditions: [], precededBy: 'order' } as const;
  const routes = Array.from({ length: 13 }, (_, at) => ({ ...route, route: `r${at}` }));
  expect(formatExplanation({ ...nothing, routes }, plain)).toContain('and 3 more, see --json');
});

test('colors do not move columns', () => {
  const step = { hook: 'onRequest', stage: 'Default', attempt: 0, isSkipped: false, tookMs: 1 } as const;
  const steps = [
    { ...step, plugin: 'a', effects: [] },
    { ...step, plugin: 'long-name', effects: [{ kind: 'failed', code: 'c', reason: 'r' } as const] },
  ];
  const colored = formatExplanation({ ...nothing, steps }, createColors(true));
  expect(stripVTControlCharacters(colored)).toBe(formatExplanation({ ...nothing, steps }, plain));
});
