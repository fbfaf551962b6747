import { describe, expect, test } from 'vitest';
import { parseRequestHead, parseResponseHead } from '../../../core/http1/head-parser.ts';
import { HeadReader } from '../../../core/http1/head-reader.ts';
import { codeOf } from '../../support/errors.ts';
import { headLimits } from '../../support/heads.ts';

const reader = (limits = headLimits) => new HeadReader(parseRequestHead, limits);
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Reads pieces one behind the other; what the last one gave. */
function readAll(pieces: readonly string[], limits = headLimits): string | undefined {
  const head = reader(limits);
  let target: string | undefined;
  for (const piece of pieces) target = head.read(bytes(piece), 0, piece.length)?.head.target;
  return target;
}

describe('a head', () => {
  test('that arrives whole is read at once, and its end is told', () => {
    const text = '....GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b';
    const parsed = reader().read(bytes(text), 4, text.length);
    expect(parsed?.head.target).toBe('/a');
    expect(text.slice(parsed?.end)).toBe('GET /b');
  });

  test('that arrives byte by byte is read with its last byte', () => {
    const text = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n';
    const head = reader();
    for (const character of text.slice(0, -1)) {
      expect(head.read(bytes(character), 0, 1)).toBeUndefined();
      expect(head.isPartial).toBe(true);
    }
    expect(head.read(bytes('\n....'), 0, 5)).toMatchObject({ head: { target: '/a' }, end: 1 });
    expect(head.isPartial).toBe(false);
  });

  test('is refused at the first byte that all heads have another for', () => {
    const responses = () => new HeadReader(parseResponseHead, headLimits, 'HTTP/');
    expect(codeOf(() => responses().read(bytes('HTTQ'), 0, 4))).toBe('malformed_head');
    const head = responses();
    expect(head.read(bytes('HT'), 0, 2)).toBeUndefined();
    expect(codeOf(() => head.read(bytes('ML'), 0, 2))).toBe('malformed_head');
    // RFC 9112 2.2: an empty line is ignored before requests only
    for (const text of ['\r', '\r\nHTTP/1.1', '\r\nHTTP/1.1 200 OK\r\n\r\n']) {
      expect(codeOf(() => responses().read(bytes(text), 0, text.length))).toBe('malformed_head');
    }
  });

  test('is kept when the memory it arrived in is used again', () => {
    const head = reader();
    const block = bytes('GET /abc HTTP');
    expect(head.read(block, 0, block.length)).toBeUndefined();
    block.fill('x');
    expect(head.read(bytes('/1.1\r\n\r\n'), 0, 8)?.head.target).toBe('/abc');
  });

  test('follows another on the same reader', () => {
    const head = reader();
    for (const target of ['/a', '/b']) {
      head.read(bytes(`GET ${target} HTTP/1.1\r\nHost`), 0, 21);
      expect(head.read(bytes(': x\r\n\r\n'), 0, 7)?.head.target).toBe(target);
    }
  });

  test('that is longer than what is looked at first is read as well', () => {
    const limits = { ...headLimits, maxHeadBytes: 16_384 };
    const text = `GET /long HTTP/1.1\r\nA: ${'a'.repeat(9_000)}\r\n\r\n`;
    expect(reader(limits).read(bytes(text), 0, text.length)).toMatchObject({ end: text.length });
  });
});

describe('an empty line before a request', () => {
  test.each([
    [['\r\nGET /a HTTP/1.1\r\n\r\n']],
    [['\r\n', 'GET /a HTTP/1.1\r\n\r\n']],
    [['\r', '\nGET /a HTTP/1.1\r\n\r\n']],
    [['\r', '\n', 'G', 'ET /a HTTP/1.1\r\n\r\n']],
    [['\r\nG', 'ET /a HTTP/1.1\r\n\r\n']],
  ])('is ignored: %j (RFC 9112 2.2)', (pieces) => {
    expect(readAll(pieces)).toBe('/a');
  });

  test.each(['\n', '\r\n\r\n', '\rGET', '\n\r\n'])('like %j is none, and is refused', (start) => {
    expect(codeOf(() => readAll([`${start}GET /a HTTP/1.1\r\n\r\n`]))).toBe('malformed_head');
  });
});

describe('a head is refused as soon as it can no longer become one:', () => {
  test.each([
    [['\x16\x03\x01'], 'bytes of TLS'],
    [['\0'], 'a zero byte'],
    [[' '], 'a blank'],
    [['{'], 'something else'],
    [['GET / HTTP/1.1\n'], 'a bare LF'],
    [['GET / HTTP/1.1\r', 'x'], 'a bare CR'],
    [['GET / HTTP/1.1\r\nA: b\n'], 'a bare LF in the fields'],
    [['GET / HTTP/1.1\r\nA: b\r\n\n'], 'a bare LF as the empty line'],
    [['GET / HTTP/1.1\r\nA: b\r\n\rx'], 'a bare CR as the empty line'],
    [['GET / HTTP/1.1\r\n', '\r\r'], 'two CR'],
  ])('%j is %s', (pieces) => {
    expect(codeOf(() => readAll(pieces))).toBe('malformed_head');
  });
});

describe('the size of a head', () => {
  const head = (size: number): string => {
    const start = 'GET / HTTP/1.1\r\nA: ';
    return `${start}${'a'.repeat(size - start.length - 4)}\r\n\r\n`;
  };

  test.each([1, 7, 512, 4_095, 5_000])('may be the limit and no more, in pieces of %i bytes', (size) => {
    const cut = (text: string): string[] => text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    expect(readAll(cut(head(4_096)))).toBe('/');
    expect(codeOf(() => readAll(cut(head(4_097))))).toBe('head_too_large');
  });

  test('is bounded also when its end never comes', () => {
    const endless = reader();
    const piece = bytes('a'.repeat(1_000));
    expect(
      codeOf(() => {
        for (let i = 0; i < 5; i++) endless.read(piece, 0, piece.length);
      }),
    ).toBe('head_too_large');
  });

  test('does not count what follows the head', () => {
    const text = 'GET / HTTP/1.1\r\n\r\n' + 'x'.repeat(10_000);
    expect(readAll([text])).toBe('/');
  });
});
