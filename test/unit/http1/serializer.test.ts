import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  informationalText,
  lastChunkText,
  requestHeadText,
  responseHeadText,
} from '../../../core/http1/serializer.ts';
import type { Persistence } from '../../../core/http1/persistence.ts';
import { FieldList } from '../../../core/message/field-list.ts';
import { CHUNKED, UNTIL_CLOSE } from '../../../core/message/framing.ts';
import type { OutgoingRequest, OutgoingResponse } from '../../../core/message/stream.ts';
import { responseHead } from '../../support/heads.ts';

const anyRequest: OutgoingRequest = {
  method: 'GET',
  target: '/a?b',
  authority: 'x:1',
  fields: new FieldList(['A', '1', 'a', '2']),
  bodyLength: 0,
  expectsContinue: false,
  acceptsTrailers: false,
  upgrade: undefined,
};
const anyResponse: OutgoingResponse = {
  status: 200,
  reason: 'OK',
  fields: new FieldList(['A', '1']),
  bodyLength: 5,
  declaredLength: undefined,
  hasDate: true,
  upgrade: undefined,
};
const requestLines = (changes: Partial<OutgoingRequest>): string[] =>
  requestHeadText({ ...anyRequest, ...changes }).split('\r\n');
const responseLines = (
  changes: Partial<OutgoingResponse>,
  length: number | undefined = 5,
  persistence: Persistence = 'implied',
): string[] => responseHeadText({ ...anyResponse, ...changes }, length, persistence).split('\r\n');

afterEach(() => {
  vi.useRealTimers();
});

describe('the head of a request', () => {
  test('has Host first and the fields as they are', () => {
    expect(requestHeadText(anyRequest)).toBe('GET /a?b HTTP/1.1\r\nHost: x:1\r\nA: 1\r\na: 2\r\n\r\n');
  });

  test('tells the length of a body', () => {
    expect(requestLines({ bodyLength: 5 })).toContain('Content-Length: 5');
    expect(requestLines({ bodyLength: CHUNKED })).toContain('Transfer-Encoding: chunked');
  });

  test.each([
    ['GET', false],
    ['DELETE', false],
    ['OPTIONS', false],
    ['POST', true],
    ['PUT', true],
    ['PATCH', true],
  ])('of %s without a body says so: %j', (method, expected) => {
    expect(requestLines({ method }).includes('Content-Length: 0')).toBe(expected);
  });

  test('passes expectations and the wish for trailers on', () => {
    expect(requestLines({ expectsContinue: true })).toContain('Expect: 100-continue');
    expect(requestLines({ acceptsTrailers: true }).slice(-4)).toEqual([
      'TE: trailers',
      'Connection: TE',
      '',
      '',
    ]);
  });

  test('asks for another protocol', () => {
    expect(requestLines({ upgrade: 'a, b' }).slice(-4)).toEqual([
      'Connection: Upgrade',
      'Upgrade: a, b',
      '',
      '',
    ]);
  });
});

describe('the head of a response', () => {
  test('has the status line, the fields and the length', () => {
    expect(responseLines({})).toEqual(['HTTP/1.1 200 OK', 'A: 1', 'Content-Length: 5', '', '']);
  });

  test('keeps the blank behind a status without a phrase', () => {
    expect(responseLines({ status: 299, reason: '' })[0]).toBe('HTTP/1.1 299 ');
  });

  test('tells how the body is framed', () => {
    expect(responseLines({}, 0)).toContain('Content-Length: 0');
    expect(responseLines({}, CHUNKED)).toContain('Transfer-Encoding: chunked');
    expect(responseLines({}, UNTIL_CLOSE).join()).not.toMatch(/length|encoding/i);
  });

  test('tells the length a body would have had where there is none', () => {
    expect(responseHeadText({ ...anyResponse, declaredLength: '7' }, undefined, 'implied')).toContain(
      'Content-Length: 7',
    );
    expect(
      responseHeadText({ ...anyResponse, status: 204, declaredLength: '7' }, undefined, 'implied'),
    ).not.toContain('7');
    expect(responseHeadText(anyResponse, undefined, 'implied')).not.toContain('Length');
  });

  test('tells what becomes of the connection', () => {
    expect(responseLines({}, 5, 'implied').join()).not.toContain('Connection');
    expect(responseLines({}, 5, 'close')).toContain('Connection: close');
    expect(responseLines({}, 5, 'keep-alive')).toContain('Connection: keep-alive');
  });

  test('switches protocols', () => {
    const lines = responseLines({ status: 101, reason: 'Switching Protocols', upgrade: 'a' }, undefined);
    expect(lines).toEqual([
      'HTTP/1.1 101 Switching Protocols',
      'A: 1',
      'Connection: Upgrade',
      'Upgrade: a',
      '',
      '',
    ]);
  });

  test('that asks for another protocol names it in Connection too (RFC 9110 7.8)', () => {
    const asking = { status: 426, reason: 'Upgrade Required', upgrade: 'a' };
    expect(responseLines(asking, 0)).toEqual(expect.arrayContaining(['Upgrade: a', 'Connection: Upgrade']));
    expect(responseLines(asking, 0, 'close')).toEqual(
      expect.arrayContaining(['Upgrade: a', 'Connection: close, Upgrade']),
    );
  });

  test('gets the date of the current second when it has none (RFC 9110 6.6.1)', () => {
    vi.useFakeTimers({ now: Date.UTC(2030, 0, 1, 12, 0, 0) });
    expect(responseLines({ hasDate: false })).toContain('Date: Tue, 01 Jan 2030 12:00:00 GMT');
    vi.setSystemTime(Date.UTC(2030, 0, 1, 12, 0, 1));
    expect(responseLines({ hasDate: false })).toContain('Date: Tue, 01 Jan 2030 12:00:01 GMT');
    expect(responseLines({ hasDate: true }).join()).not.toContain('Date');
  });
});

test('an interim response has no framing and no date', () => {
  const head = { ...responseHead('Link: </a>', 'Content-Length: 5'), status: 103, reason: 'Early Hints' };
  expect(informationalText(head)).toBe('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n');
});

test('the last chunk carries the trailers', () => {
  expect(lastChunkText(undefined)).toBe('0\r\n\r\n');
  expect(lastChunkText(new FieldList(['X', '1']))).toBe('0\r\nX: 1\r\n\r\n');
});
