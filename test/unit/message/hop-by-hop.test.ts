import { describe, expect, test } from 'vitest';
import { isOffered, requestedUpgrade, wantsKeepAlive } from '../../../core/message/hop-by-hop.ts';
import { requestHead } from '../../support/heads.ts';

describe('fields that Connection names', () => {
  test.each([
    [['Connection: x-a', 'X-A: 1', 'B: 2'], ['B']],
    [['X-A: 1', 'B: 2', 'connection: X-a'], ['B']],
    [['Connection: close, X-A', 'X-A: 1', 'x-a: 2', 'B: 2'], ['B']],
    [['Connection: x-a', 'Connection: b', 'X-A: 1', 'B: 2', 'C: 3'], ['C']],
    [['Connection: , x-a ,,', 'X-A: 1', 'B: 2'], ['B']],
    [
      ['Connection: close', 'Close: 1', 'B: 2'],
      ['Close', 'B'],
    ],
    [['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAA', 'B: 2'], ['B']],
  ])('are removed: %j leaves %j', (lines, left) => {
    expect([...requestHead(...lines).fields].map(([name]) => name)).toEqual(left);
  });
});

test('fields of the connection are removed without being named', () => {
  const lines = [
    'Connection: close',
    'Keep-Alive: timeout=5',
    'Proxy-Connection: x',
    'TE: trailers',
    'Upgrade: a',
  ];
  expect(requestHead(...lines, 'A: 1').fields.lines).toBe('A: 1\r\n');
});

describe('the connection is kept', () => {
  test.each([
    [[], 1, true],
    [[], 0, false],
    [['Connection: close'], 1, false],
    [['Connection: Close'], 1, false],
    [['Connection: keep-alive'], 1, true],
    [['Connection: keep-alive'], 0, true],
    [['Connection: Keep-Alive'], 0, true],
    [['Connection: keep-alive, close'], 1, false],
    [['Connection: keep-alive', 'Connection: close'], 0, false],
    [['Connection: x, keep-alive'], 0, true],
    [['Connection: x'], 1, true],
    [['Proxy-Connection: keep-alive'], 0, false],
    [['Keep-Alive: timeout=5'], 0, false],
  ])('for %j in HTTP/1.%i: %j', (lines, minorVersion, expected) => {
    expect(wantsKeepAlive(requestHead(...lines).facts, minorVersion)).toBe(expected);
  });
});

describe('an upgrade is asked for', () => {
  const asked = (minorVersion: number, ...lines: string[]): string | undefined =>
    requestedUpgrade(requestHead(...lines).facts, minorVersion);

  test('when Upgrade has a protocol and Connection names it', () => {
    expect(asked(1, 'Connection: Upgrade', 'Upgrade: websocket')).toBe('websocket');
    expect(asked(1, 'Connection: keep-alive, upgrade', 'Upgrade: a/1, b')).toBe('a/1, b');
    expect(asked(1, 'Connection: upgrade', 'Upgrade: a', 'Upgrade: b')).toBe('a, b');
  });

  test('not when one of both is missing, nor in HTTP/1.0', () => {
    expect(asked(1, 'Upgrade: websocket')).toBeUndefined();
    expect(asked(1, 'Connection: upgrade')).toBeUndefined();
    expect(asked(1, 'Connection: close', 'Upgrade: websocket')).toBeUndefined();
    expect(asked(1, 'Connection: upgrade', 'Upgrade:')).toBeUndefined();
    expect(asked(0, 'Connection: upgrade', 'Upgrade: websocket')).toBeUndefined();
  });

  test('without h2c, which would take requests past the gateway', () => {
    expect(asked(1, 'Connection: upgrade', 'Upgrade: h2c')).toBeUndefined();
    expect(asked(1, 'Connection: upgrade', 'Upgrade: H2C, websocket')).toBe('websocket');
  });
});

describe('a protocol that a backend switches to', () => {
  test.each([
    ['websocket', 'websocket', true],
    ['WebSocket', 'websocket', true],
    ['a', 'b, A', true],
    ['a, b', 'b, a, c', true],
    ['a, c', 'b, a', false],
    ['h2c', 'websocket', false],
    ['', 'websocket', false],
    [undefined, 'websocket', false],
    ['websocket', undefined, false],
  ])('%j was offered by %j: %j', (protocols, offered, expected) => {
    expect(isOffered(protocols, offered)).toBe(expected);
  });
});
