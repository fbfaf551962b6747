import { describe, expect, test } from 'vitest';
import { checkSwitch, isSwitch } from '../../../core/http1/protocol-switch.ts';
import type { ResponseHead } from '../../../core/message/head.ts';
import type { OutgoingRequest } from '../../../core/message/stream.ts';
import { codeOf } from '../../support/errors.ts';
import { parsedFields, responseHead } from '../../support/heads.ts';

const answer = (status: number, ...lines: string[]): ResponseHead => ({ ...responseHead(...lines), status });

function asking(method: string, upgrade?: string): OutgoingRequest {
  return {
    method,
    target: '/',
    authority: 'a.example',
    fields: parsedFields(),
    bodyLength: 0,
    expectsContinue: false,
    acceptsTrailers: false,
    upgrade,
  };
}

const upgrading = ['Connection: Upgrade', 'Upgrade: websocket'] as const;
const refusal = (...given: Parameters<typeof checkSwitch>) => codeOf(() => checkSwitch(...given));

describe('HTTP ends on a connection', () => {
  test('behind 101, and behind 2xx to CONNECT', () => {
    expect(isSwitch(answer(101), asking('GET', 'websocket'))).toBe(true);
    expect([200, 204, 299].map((status) => isSwitch(answer(status), asking('CONNECT')))).toEqual([
      true,
      true,
      true,
    ]);
    expect([100, 199, 300, 407].some((status) => isSwitch(answer(status), asking('CONNECT')))).toBe(false);
    expect(isSwitch(answer(200), asking('GET', 'websocket'))).toBe(false);
  });
});

describe('a switch', () => {
  test('to what was offered, or that CONNECT asked for, is taken', () => {
    expect(() => checkSwitch(answer(101, ...upgrading), asking('GET', 'websocket'), true)).not.toThrow();
    expect(() => checkSwitch(answer(200), asking('CONNECT'), true)).not.toThrow();
    expect(() => checkSwitch(answer(200, 'Content-Length: 5'), asking('CONNECT'), true)).not.toThrow();
  });

  test('to another protocol, or to none, is refused', () => {
    expect(refusal(answer(101, ...upgrading), asking('GET', 'h2c'), true)).toBe('malformed_response');
    expect(refusal(answer(101), asking('GET', 'websocket'), true)).toBe('malformed_response');
  });

  test('that nobody asked for is refused', () => {
    expect(refusal(answer(101, ...upgrading), asking('GET'), true)).toBe('malformed_response');
    expect(refusal(answer(200), asking('CONNECT', 'websocket'), true)).toBe('malformed_response');
  });

  test('in the middle of the request is refused', () => {
    expect(refusal(answer(101, ...upgrading), asking('POST', 'websocket'), false)).toBe('malformed_response');
    expect(refusal(answer(200), asking('CONNECT'), false)).toBe('malformed_response');
  });

  test('whose framing contradicts itself is refused, although it has no meaning', () => {
    const both = answer(200, 'Content-Length: 5', 'Transfer-Encoding: chunked');
    expect(refusal(both, asking('CONNECT'), true)).toBe('ambiguous_framing');
  });
});
