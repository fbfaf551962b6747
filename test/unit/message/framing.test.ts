import { describe, expect, test } from 'vitest';
import { CHUNKED, decideBodyLength, UNTIL_CLOSE } from '../../../core/message/framing.ts';
import { codeOf } from '../../support/errors.ts';
import { requestHead, responseHead } from '../../support/heads.ts';

const ofRequest = (...lines: string[]): number => decideBodyLength(requestHead(...lines).facts, 1, 'POST', 0);
const ofResponse = (status: number, method: string, ...lines: string[]): number =>
  decideBodyLength(responseHead(...lines).facts, 1, method, status);

describe('the length of a request', () => {
  test('is zero when nothing is said', () => {
    expect(ofRequest()).toBe(0);
  });

  test.each([
    ['0', 0],
    ['5', 5],
    ['007', 7],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('is the Content-Length %s', (text, length) => {
    expect(ofRequest(`Content-Length: ${text}`)).toBe(length);
  });

  test.each(['chunked', 'Chunked', 'CHUNKED'])(
    'is told by its chunks for Transfer-Encoding: %s',
    (coding) => {
      expect(ofRequest(`Transfer-Encoding: ${coding}`)).toBe(CHUNKED);
    },
  );

  test.each([
    [''],
    ['+5'],
    ['-5'],
    ['5 5'],
    ['5, 5'],
    ['5,5'],
    ['5,'],
    ['0x5'],
    ['5e1'],
    ['5.0'],
    ['five'],
    ['９'],
    ['9007199254740992'],
    ['99999999999999999999'],
    ['00000000000000005'],
  ])('is ambiguous with the Content-Length %j', (text) => {
    const facts = requestHead().facts;
    facts.contentLength = text;
    expect(codeOf(() => decideBodyLength(facts, 1, 'POST', 0))).toBe('ambiguous_framing');
  });

  test.each([
    [['Content-Length: 5', 'Content-Length: 5']],
    [['Content-Length: 5', 'Content-Length: 6']],
    [['Content-Length: 5', 'content-length: 5']],
    [['Transfer-Encoding: chunked', 'Content-Length: 5']],
    [['Content-Length: 0', 'Transfer-Encoding: chunked']],
    [['Content-Length: 5', 'Content-Length: 5', 'Transfer-Encoding: chunked']],
    [['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked']],
    [['Transfer-Encoding: chunked, chunked']],
    [['Transfer-Encoding: gzip', 'Transfer-Encoding: chunked, chunked']],
  ])('is ambiguous with %j', (lines) => {
    expect(codeOf(() => ofRequest(...lines))).toBe('ambiguous_framing');
  });

  test('is ambiguous with Transfer-Encoding in HTTP/1.0', () => {
    const { facts } = requestHead('Transfer-Encoding: chunked');
    expect(codeOf(() => decideBodyLength(facts, 0, 'POST', 0))).toBe('ambiguous_framing');
  });

  test.each(['gzip, chunked', 'xchunked, chunked', 'gzip , Chunked', 'chunked;q=1, chunked'])(
    'is not supported for Transfer-Encoding: %s',
    (coding) => {
      expect(codeOf(() => ofRequest(`Transfer-Encoding: ${coding}`))).toBe('unsupported_coding');
    },
  );

  // RFC 9112 6.3: chunked is not the final coding, so the length cannot be determined: 400
  test.each([
    'gzip',
    'identity',
    'chunked, gzip',
    'xchunked',
    'chunkedx',
    '"chunked"',
    'chunked;q=1',
    'chunked x',
    '',
  ])('is ambiguous for Transfer-Encoding: %s, whose last coding is not chunked', (coding) => {
    expect(codeOf(() => ofRequest(`Transfer-Encoding: ${coding}`))).toBe('ambiguous_framing');
  });
});

describe('the length of a response', () => {
  test.each([
    [100, 'GET'],
    [103, 'GET'],
    [204, 'GET'],
    [304, 'GET'],
    [200, 'HEAD'],
    [404, 'HEAD'],
    [200, 'CONNECT'],
    [299, 'CONNECT'],
  ])('%i to %s is zero whatever its fields say', (status, method) => {
    expect(ofResponse(status, method)).toBe(0);
    expect(ofResponse(status, method, 'Content-Length: 5')).toBe(0);
    expect(ofResponse(status, method, 'Transfer-Encoding: chunked')).toBe(0);
  });

  test('is until close when nothing is said', () => {
    expect(ofResponse(200, 'GET')).toBe(UNTIL_CLOSE);
    expect(ofResponse(404, 'CONNECT')).toBe(UNTIL_CLOSE);
    expect(ofResponse(205, 'GET')).toBe(UNTIL_CLOSE);
  });

  test('is what its fields say otherwise', () => {
    expect(ofResponse(200, 'GET', 'Content-Length: 5')).toBe(5);
    expect(ofResponse(404, 'CONNECT', 'Content-Length: 5')).toBe(5);
    expect(ofResponse(200, 'GET', 'Transfer-Encoding: chunked')).toBe(CHUNKED);
  });

  test.each([[200, 'GET'] as const, [200, 'HEAD'] as const, [304, 'GET'] as const, [204, 'GET'] as const])(
    'of %i to %s is ambiguous as that of a request is',
    (status, method) => {
      for (const lines of [
        ['Content-Length: 5', 'Content-Length: 5'],
        ['Content-Length: 5', 'Transfer-Encoding: chunked'],
        ['Content-Length: +5'],
      ]) {
        expect(codeOf(() => ofResponse(status, method, ...lines))).toBe('ambiguous_framing');
      }
    },
  );
});
