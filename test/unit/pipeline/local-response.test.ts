import { describe, expect, test } from 'vitest';
import { Refusal, refuse, respond, retry, RetryDecision } from '../../../core/pipeline/local-response.ts';
import { codeOf } from '../../support/errors.ts';

describe('an answer of a plugin', () => {
  test('has a status, and nothing else unless it is given', () => {
    const answer = respond(404);
    expect(answer).toMatchObject({ status: 404, body: undefined, code: undefined, detail: undefined });
    expect(answer.fields.size).toBe(0);
  });

  test('with text is text/plain unless the fields say otherwise', () => {
    expect(respond(200, {}, 'é').body).toEqual(Buffer.from('é'));
    expect(respond(200, {}, 'x').fields.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(respond(200, { 'content-type': 'text/html' }, 'x').fields.getAll('Content-Type')).toEqual([
      'text/html',
    ]);
    expect(respond(200, {}, '').body).toEqual(Buffer.alloc(0));
  });

  test('with bytes has no type unless the fields say one, and keeps its own copy', () => {
    const bytes = new Uint8Array([1, 2]);
    const answer = respond(200, {}, bytes);
    bytes[0] = 9;
    expect([...answer.body!]).toEqual([1, 2]);
    expect(answer.fields.has('content-type')).toBe(false);
  });

  test('carries a code and a sentence for the client', () => {
    expect(respond(429, {}, undefined, { code: 'quota', detail: 'Enough.' })).toMatchObject({
      code: 'quota',
      detail: 'Enough.',
    });
  });

  test.each([0, 99, 100, 101, 103, 199, 600, 200.5, Number.NaN, '200' as unknown as number])(
    'cannot have the status %j',
    (status) => {
      expect(() => respond(status)).toThrow(RangeError);
    },
  );

  test.each([
    ['a\r\nb', 'c'],
    ['a', 'b\r\nc: d'],
    ['content-length', '5'],
    ['connection', 'close'],
  ])('cannot have the field %j: %j', (name, value) => {
    expect(codeOf(() => respond(200, { [name]: value }))).toBe('invalid_field');
  });
});

test('retry and refuse make what the core asks for', () => {
  expect(retry()).toBeInstanceOf(RetryDecision);
  expect(refuse('why')).toBeInstanceOf(Refusal);
  expect(refuse('why').reason).toBe('why');
});
