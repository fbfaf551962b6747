import { describe, expect, test } from 'vitest';
import { codeOf } from '../../support/errors.ts';
import { decodeChunks } from '../../support/chunks.ts';

describe('a chunked body', () => {
  test.each([
    ['0\r\n\r\n', ''],
    ['5\r\nhello\r\n0\r\n\r\n', 'hello'],
    ['5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n', 'hello world'],
    ['A\r\n0123456789\r\n0\r\n\r\n', '0123456789'],
    ['a\r\n0123456789\r\n000\r\n\r\n', '0123456789'],
    ['000000000005\r\nhello\r\n0\r\n\r\n', 'hello'],
    ['2\r\n\r\n\r\n0\r\n\r\n', '\r\n'],
    ['3\r\n0\r\n\r\n0\r\n\r\n', '0\r\n'],
  ])('%j has the data %j', (text, data) => {
    expect(decodeChunks([text])).toMatchObject({ data, isDone: true, end: text.length });
  });

  test('loses its chunk extensions', () => {
    expect(decodeChunks(['5;a\r\nhello\r\n0;b="c;d"\r\n\r\n'])).toMatchObject({
      data: 'hello',
      isDone: true,
    });
    expect(decodeChunks(['5;\r\nhello\r\n0\r\n\r\n'])).toMatchObject({ data: 'hello', isDone: true });
  });

  test('ends where it ends, whatever follows', () => {
    expect(decodeChunks(['0\r\n\r\nGET /'])).toMatchObject({ isDone: true, end: 5 });
    expect(decodeChunks(['0\r\nA: b\r\n\r\nGET /'])).toMatchObject({ isDone: true, end: 11 });
  });

  test('is not done before its last byte', () => {
    const text = '5\r\nhello\r\n0\r\nX: y\r\n\r\n';
    for (let end = 0; end < text.length; end++) {
      expect(decodeChunks([text.slice(0, end)]).isDone).toBe(false);
    }
  });

  test('gives its trailers', () => {
    const { trailers } = decodeChunks(['0\r\nX-Sum: 7\r\ny: z\r\n\r\n']);
    expect(trailers).toBe('X-Sum: 7\r\ny: z\r\n');
    expect(decodeChunks(['0\r\n\r\n']).trailers).toBeUndefined();
  });

  test.each([
    ['\r\n', 'no size'],
    ['g\r\n', 'a size that is no number'],
    ['-5\r\nhello\r\n', 'a negative size'],
    ['+5\r\nhello\r\n', 'a sign'],
    ['0x5\r\nhello\r\n', 'a prefix'],
    [' 5\r\nhello\r\n', 'a blank before the size'],
    ['5 \r\nhello\r\n', 'a blank behind the size'],
    ['5\t;a\r\nhello\r\n', 'a tab behind the size'],
    ['5_0\r\n', 'a separator'],
    ['5\nhello\r\n', 'a bare LF behind the size'],
    ['5\rhello\r\n', 'a bare CR behind the size'],
    ['5;a\nhello\r\n', 'a bare LF behind an extension'],
    ['5;a\rb\r\nhello\r\n', 'a bare CR in an extension'],
    ['5;a\0\r\nhello\r\n', 'a zero byte in an extension'],
    ['5\r\nhello\n0\r\n\r\n', 'a bare LF behind the data'],
    ['5\r\nhello\r0\r\n\r\n', 'a bare CR behind the data'],
    ['5\r\nhello0\r\n\r\n', 'no line end behind the data'],
    ['5\r\nhello!\r\n0\r\n\r\n', 'more data than its size'],
    ['5\r\nhello!\n0\r\n\r\n', 'another byte in the place of the CR'],
    ['0000000000005\r\nhello\r\n', 'too many digits'],
    ['fffffffffffff\r\n', 'a size that does not fit'],
    ['ffffffffffffffffffff\r\n', 'a size that would overflow'],
    ['0\r\nA: b\n\r\n', 'a bare LF in the trailers'],
    ['0\r\n\n', 'a bare LF as the empty line'],
    ['０\r\n', 'digits of another script'],
  ])('like %j is refused for %s', (text) => {
    expect(codeOf(() => decodeChunks([text]))).toBe('malformed_chunk');
  });

  test('is refused when its extensions are much longer than its data', () => {
    expect(codeOf(() => decodeChunks([`5;${'a'.repeat(20_000)}\r\n`]))).toBe('malformed_chunk');
    expect(codeOf(() => decodeChunks([`1;${'a'.repeat(100)}\r\nx\r\n`.repeat(200)]))).toBe('malformed_chunk');
  });

  test('may have an extension with every chunk, for ever', () => {
    const chunk = `64;signature=${'a'.repeat(80)}\r\n${'x'.repeat(100)}\r\n`;
    expect(decodeChunks([`${chunk.repeat(1_000)}0\r\n\r\n`])).toMatchObject({ isDone: true });
  });

  test.each([
    '0\r\nA : b\r\n\r\n',
    '0\r\n A: b\r\n\r\n',
    '0\r\nA\r\n\r\n',
    '0\r\nA: b\r\n c\r\n\r\n',
    '0\r\nA: \rb\r\n\r\n',
  ])('with trailers like %j is refused', (text) => {
    expect(codeOf(() => decodeChunks([text]))).toBe('malformed_head');
  });

  test('may have trailers up to the limits, and no more', () => {
    const section = (bytes: number): string => `0\r\nA: ${'b'.repeat(bytes - 7)}\r\n\r\n`;
    expect(decodeChunks([section(256)])).toMatchObject({ isDone: true });
    expect(codeOf(() => decodeChunks([section(257)]))).toBe('head_too_large');
    expect(codeOf(() => decodeChunks([`0\r\nA: ${'b'.repeat(1_000)}`]))).toBe('head_too_large');
    expect(codeOf(() => decodeChunks([`0\r\n${'A: b\r\n'.repeat(9)}\r\n`]))).toBe('head_too_large');
  });

  test('tells how much data is known to follow', () => {
    expect(decodeChunks(['64\r\nabc']).remaining).toBe(97);
    expect(decodeChunks(['64']).remaining).toBe(0);
    // sizes that 32 bits cannot hold, or take for negative or small ones
    expect(decodeChunks(['80000005\r\n']).remaining).toBe(0x80000005);
    expect(decodeChunks(['100000005\r\n']).remaining).toBe(0x100000005);
    expect(decodeChunks(['ffffffffffff\r\n']).remaining).toBe(0xffffffffffff);
  });
});
