import { describe, expect, test } from 'vitest';
import { parseRequestHead, parseResponseHead, parseTrailers } from '../../../core/http1/head-parser.ts';
import { codeOf } from '../../support/errors.ts';
import { headLimits, requestHead } from '../../support/heads.ts';

const request = (text: string) => parseRequestHead(text, 0, headLimits);
const response = (text: string) => parseResponseHead(text, 0, headLimits);
const codeOfRequest = (text: string): string | undefined => codeOf(() => request(text));
const codeOfLine = (line: string): string | undefined => codeOfRequest(`GET / HTTP/1.1\r\n${line}\r\n\r\n`);

describe('a request head', () => {
  test('is taken apart, and its end is told', () => {
    const text = 'POST /a?b HTTP/1.0\r\nHost: x\r\nA: 1\r\n\r\nrest';
    const { head, end } = request(text);
    expect(head).toMatchObject({ method: 'POST', target: '/a?b', minorVersion: 0 });
    expect([...head.fields]).toEqual([['A', '1']]);
    expect(head.facts.host).toBe('x');
    expect(text.slice(end)).toBe('rest');
  });

  test('may begin anywhere in the text', () => {
    const { head, end } = parseRequestHead('....GET /a HTTP/1.1\r\nB: 2\r\n\r\n', 4, headLimits);
    expect(head.target).toBe('/a');
    expect(head.fields.lines).toBe('B: 2\r\n');
    expect(end).toBe('....GET /a HTTP/1.1\r\nB: 2\r\n\r\n'.length);
  });

  test('may have a method of any token', () => {
    expect(request("m-!#$%&'*+.^_`|~ / HTTP/1.1\r\n\r\n").head.method).toBe("m-!#$%&'*+.^_`|~");
  });

  test.each([
    ['GET  / HTTP/1.1', 'malformed_target'],
    ['GET /  HTTP/1.1', 'malformed_head'],
    ['GET / HTTP/1.1 ', 'malformed_head'],
    ['GET\t/ HTTP/1.1', 'malformed_head'],
    ['GET /\tHTTP/1.1', 'malformed_target'],
    [' GET / HTTP/1.1', 'malformed_head'],
    ['GET /a b HTTP/1.1', 'malformed_head'],
    ['GET /', 'malformed_target'],
    ['GET', 'malformed_head'],
    ['GET / ', 'malformed_head'],
    ['G(T / HTTP/1.1', 'malformed_head'],
    ['GÉT / HTTP/1.1', 'malformed_head'],
    ['"GET" / HTTP/1.1', 'malformed_head'],
    ['GET /a#b HTTP/1.1', 'malformed_target'],
    ['GET /a\\b HTTP/1.1', 'malformed_target'],
    ['GET /é HTTP/1.1', 'malformed_target'],
    ['GET /a\0 HTTP/1.1', 'malformed_target'],
    ['GET /a\x7f HTTP/1.1', 'malformed_target'],
    ['GET / http/1.1', 'malformed_head'],
    ['GET / Http/1.1', 'malformed_head'],
    ['GET / HTTP/1.1x', 'malformed_head'],
    ['GET / HTTP/1', 'malformed_head'],
    ['GET / HTTP/1.', 'malformed_head'],
    ['GET / HTTP/01.1', 'malformed_head'],
    ['GET / HTTP/1.01', 'malformed_head'],
    ['GET / HTTP/11', 'malformed_head'],
    ['GET / HTTP 1.1', 'malformed_head'],
    ['GET / HTTPS/1.1', 'malformed_head'],
    ['GET / HTTP/1.1\n', 'malformed_head'],
    ['GET / HTTP/1.1\r', 'malformed_head'],
    ['GET /\r HTTP/1.1', 'malformed_target'],
    ['GET / HTTP/2.0', 'unsupported_version'],
    ['GET / HTTP/0.9', 'unsupported_version'],
    ['GET / HTTP/1.2', 'unsupported_version'],
    ['PRI * HTTP/2.0', 'unsupported_version'],
    [`GET /${'a'.repeat(256)} HTTP/1.1`, 'target_too_long'],
  ])('that begins with %j is refused: %s', (line, code) => {
    expect(codeOfRequest(`${line}\r\nHost: x\r\n\r\n`)).toBe(code);
  });

  test('may have a target as long as the limit', () => {
    expect(codeOfRequest(`GET /${'a'.repeat(255)} HTTP/1.1\r\n\r\n`)).toBeUndefined();
  });

  test('that is cut off is refused', () => {
    for (const text of ['GET / HTTP/1.1\r\n', 'GET / HTTP/1.1\r\nA: 1\r\n', 'GET / HTTP/1.1\r\nA: 1\r\n\r'])
      expect(codeOfRequest(text)).toBe('malformed_head');
  });
});

describe('a field line', () => {
  test.each([
    ['A: 1', 'A', '1'],
    ['A:1', 'A', '1'],
    ['A: \t 1 \t', 'A', '1'],
    ['A:', 'A', ''],
    ['A: ', 'A', ''],
    ['A:  \t', 'A', ''],
    ['a-B_c: 1: 2', 'a-B_c', '1: 2'],
    ['A: b\tc  d', 'A', 'b\tc  d'],
    ['A: é', 'A', 'é'],
    ['A: "x, \\" y"', 'A', '"x, \\" y"'],
    ['1: 1', '1', '1'],
  ])('%j has the name %j and the value %j', (line, name, value) => {
    const { fields } = requestHead(line);
    expect([...fields]).toEqual([[name, value]]);
    expect(fields.lines).toBe(`${name}: ${value}\r\n`);
  });

  test.each([
    ['A : 1', 'white space before the colon'],
    ['A\t: 1', 'a tab before the colon'],
    [' A: 1', 'a fold behind the first line'],
    ['A: 1\r\n b', 'a fold'],
    ['A: 1\r\n\tb', 'a fold by tab'],
    ['A', 'no colon'],
    [': 1', 'no name'],
    ['A B: 1', 'a blank in the name'],
    ['(A): 1', 'a delimiter in the name'],
    ['Á: 1', 'a name beyond ASCII'],
    ['A\0: 1', 'a zero byte in the name'],
    ['A: b\0c', 'a zero byte in the value'],
    ['A: b\rc', 'a bare CR'],
    ['A: b\nC: d', 'a bare LF'],
    ['A: b\x0bc', 'a vertical tab'],
    ['A: b\x7f', 'a DEL'],
    ['A: b\r\r', 'a CR too many'],
    ['A: b\n', 'a line end of LF alone'],
    ['Content_Length: 5', 'an underscore that some servers read as a hyphen'],
    ['transfer_encoding: chunked', 'an underscore that some servers read as a hyphen'],
  ])('%j is refused for %s', (line) => {
    expect(codeOfLine(line)).toBe('malformed_head');
  });

  test('lines with usual and unusual blanks keep their order', () => {
    const { fields } = requestHead('A: 1', 'B:2', 'Host: x', 'C: 3 ', 'D: 4');
    expect(fields.lines).toBe('A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n');
  });
});

describe('fields of the connection and the framing', () => {
  test('are moved out of the list, wherever they stand', () => {
    const { fields, facts } = requestHead(
      'Host: x',
      'A: 1',
      'CONTENT-LENGTH: 5',
      'connection: keep-alive',
      'B: 2',
      'Transfer-encoding: chunked',
      'TE: trailers',
      'Upgrade: a',
      'C: 3',
      'Keep-Alive: x',
      'Proxy-Connection: y',
      'Expect: 100-Continue',
    );
    expect(fields.lines).toBe('A: 1\r\nB: 2\r\nC: 3\r\n');
    expect(facts).toMatchObject({
      host: 'x',
      contentLength: '5',
      connection: 'keep-alive',
      transferEncoding: 'chunked',
      te: 'trailers',
      upgrade: 'a',
      expectsContinue: true,
    });
  });

  test('that may be lists are joined', () => {
    const { facts } = requestHead(
      'Connection: a',
      'TE: b',
      'Connection: c',
      'te: d',
      'Upgrade: e',
      'Upgrade: f',
    );
    expect(facts).toMatchObject({ connection: 'a, c', te: 'b, d', upgrade: 'e, f' });
  });

  test('that must not be repeated are noticed when they are', () => {
    expect(requestHead('Host: a', 'Host: a').facts.isHostRepeated).toBe(true);
    expect(requestHead('Content-Length: 1', 'Content-Length: 1').facts.isLengthRepeated).toBe(true);
    expect(requestHead('Host:', 'Host: a').facts.isHostRepeated).toBe(true);
    expect(requestHead('Host: a', 'Content-Length: 1').facts).toMatchObject({
      isHostRepeated: false,
      isLengthRepeated: false,
    });
  });

  test('are not taken for others that look alike', () => {
    const lines = [
      'Hostx: 1',
      'xHost: 1',
      'Content-Lengths: 1',
      'T: 1',
      'Upgrades: 1',
      'Expect: x',
      'Connections: 1',
    ];
    expect(requestHead(...lines).fields.size).toBe(lines.length);
  });

  test('Date stays in the list and is noticed', () => {
    const { fields, facts } = requestHead('date: x');
    expect(fields.get('Date')).toBe('x');
    expect(facts.hasDate).toBe(true);
    expect(requestHead('data: x').facts.hasDate).toBe(false);
  });
});

describe('the number of fields', () => {
  const lines = (count: number, name: string): string => `${name}: 1\r\n`.repeat(count);

  test('may be the limit, and no more', () => {
    expect(codeOfRequest(`GET / HTTP/1.1\r\n${lines(16, 'A')}\r\n`)).toBeUndefined();
    expect(codeOfRequest(`GET / HTTP/1.1\r\n${lines(17, 'A')}\r\n`)).toBe('head_too_large');
  });

  test('counts fields that are not forwarded as well', () => {
    expect(codeOfRequest(`GET / HTTP/1.1\r\n${lines(17, 'Connection')}\r\n`)).toBe('head_too_large');
  });
});

describe('a response head', () => {
  test.each([
    ['HTTP/1.1 200 OK', 200, 'OK', 1],
    ['HTTP/1.0 404 Not Found', 404, 'Not Found', 0],
    ['HTTP/1.1 204 ', 204, '', 1],
    ['HTTP/1.1 204', 204, '', 1],
    ['HTTP/1.1 299 a  b\tc é', 299, 'a  b\tc é', 1],
    ['HTTP/1.1 999 ?', 999, '?', 1],
    ['HTTP/1.1 100 Continue', 100, 'Continue', 1],
  ])('%j has the status %i', (line, status, reason, minorVersion) => {
    expect(response(`${line}\r\nA: 1\r\n\r\n`).head).toMatchObject({ status, reason, minorVersion });
  });

  test.each([
    'HTTP/1.1 20 OK',
    'HTTP/1.1 2000 OK',
    'HTTP/1.1 099 OK',
    'HTTP/1.1 000 OK',
    'HTTP/1.1 2x0 OK',
    'HTTP/1.1  200 OK',
    'HTTP/1.1\t200 OK',
    'HTTP/1.1 +20 OK',
    'HTTP/1.1 200\tOK',
    'HTTP/1.1 200 O\rK',
    'HTTP/1.1 200 O\nK',
    'HTTP/1.1 200 O\0K',
    'HTTP/1.1',
    'HTTP/1.1 ',
    'ICY 200 OK',
    'HTTP/1.12 200 OK',
    '200 OK',
    '',
  ])('%j is refused', (line) => {
    expect(codeOf(() => response(`${line}\r\nA: 1\r\n\r\n`))).toBe('malformed_head');
  });

  test('of another version is refused', () => {
    expect(codeOf(() => response('HTTP/2.0 200 OK\r\n\r\n'))).toBe('unsupported_version');
  });
});

describe('a trailer section', () => {
  const trailers = (text: string) => parseTrailers(text, 0, headLimits);

  test('gives its fields without those of framing, routing and the connection', () => {
    const text =
      'X-Sum: 1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: x\r\nConnection: x-b\r\nX-B: 2\r\n\r\n';
    expect(trailers(text).lines).toBe('X-Sum: 1\r\n');
  });

  test.each(['X : 1\r\n\r\n', ' X: 1\r\n\r\n', 'X: 1\r\n y\r\n\r\n', 'X\r\n\r\n', 'X: \0\r\n\r\n'])(
    'like %j is refused',
    (text) => {
      expect(codeOf(() => trailers(text))).toBe('malformed_head');
    },
  );
});
