import { describe, expect, test } from 'vitest';
import { IncomingBody } from '../../../core/http1/incoming-body.ts';
import {
  endsConnection,
  isExclusive,
  isReusableAfter,
  isWorthDiscarding,
  maxDiscardedBytes,
  persistenceAfter,
} from '../../../core/http1/persistence.ts';
import { type BodyLength, CHUNKED, UNTIL_CLOSE } from '../../../core/message/framing.ts';
import type { OutgoingRequest } from '../../../core/message/stream.ts';
import { RecordingSink } from '../../support/bodies.ts';
import { parsedFields, requestHead, responseHead } from '../../support/heads.ts';

function outgoing(method: string, bodyLength: BodyLength = 0, upgrade?: string): OutgoingRequest {
  return {
    method,
    target: '/',
    authority: 'a.example',
    fields: parsedFields(),
    bodyLength,
    expectsContinue: false,
    acceptsTrailers: false,
    upgrade,
  };
}

/** A body that is taken, of which that many bytes have come. */
function arriving(length: BodyLength, come = 0): IncomingBody {
  const limits = { maxTrailerBytes: 64, maxFieldCount: 4 };
  const body = new IncomingBody(length, { onBodyWanted: () => {} }, limits, Infinity);
  body.pipe(new RecordingSink());
  body.consume(Buffer.alloc(come), 0, come);
  return body;
}

describe('a client’s connection', () => {
  const plain = requestHead('Host: a.example');

  test('goes on behind a request of HTTP/1.1, but for Connection: close', () => {
    expect(persistenceAfter(plain, undefined)).toBe('implied');
    expect(persistenceAfter(requestHead('Connection: close'), undefined)).toBe('close');
  });

  test('goes on behind one of HTTP/1.0 when that asks for it, which the answer confirms', () => {
    const old = { ...plain, minorVersion: 0 };
    expect(persistenceAfter(old, undefined)).toBe('close');
    const asking = { ...requestHead('Connection: keep-alive'), minorVersion: 0 };
    expect(persistenceAfter(asking, undefined)).toBe('keep-alive');
  });

  test('goes on behind a body that is complete, or soon will be', () => {
    expect(persistenceAfter(plain, arriving(5, 5))).toBe('implied');
    expect(persistenceAfter(plain, arriving(maxDiscardedBytes + 3, 3))).toBe('implied');
    expect(persistenceAfter(plain, arriving(maxDiscardedBytes + 3, 2))).toBe('close');
  });

  test('ends behind a body whose end cannot be foretold, or that may never be sent', () => {
    expect(persistenceAfter(plain, arriving(CHUNKED))).toBe('close');
    expect(persistenceAfter(requestHead('Expect: 100-continue'), arriving(5))).toBe('close');
    expect(persistenceAfter(requestHead('Expect: 100-continue'), arriving(5, 5))).toBe('implied');
  });
});

describe('a backend’s connection', () => {
  test('is used again behind a response that says where it ends', () => {
    expect(isReusableAfter(responseHead('Content-Length: 5'), 5)).toBe(true);
    expect(isReusableAfter(responseHead(), CHUNKED)).toBe(true);
    expect(isReusableAfter(responseHead(), UNTIL_CLOSE)).toBe(false);
  });

  test('is not used again behind Connection: close, or HTTP/1.0', () => {
    expect(isReusableAfter(responseHead('Connection: close'), 0)).toBe(false);
    expect(isReusableAfter({ ...responseHead(), minorVersion: 0 }, 5)).toBe(false);
  });

  test('is not used again behind a 204 that announces content, which may come after all', () => {
    expect(isReusableAfter({ ...responseHead(), status: 204 }, 0)).toBe(true);
    expect(isReusableAfter({ ...responseHead('Content-Length: 5'), status: 204 }, 0)).toBe(false);
  });

  test('takes nothing behind content that the backend may take for a request', () => {
    expect(['GET', 'HEAD', 'DELETE'].map((method) => endsConnection(outgoing(method, 5)))).toEqual([
      true,
      true,
      true,
    ]);
    expect(endsConnection(outgoing('POST', CHUNKED))).toBe(false);
    expect(endsConnection(outgoing('GET'))).toBe(false);
  });

  test('is shared by safe requests without body that ask for no switch', () => {
    expect(isExclusive(outgoing('GET'), false)).toBe(false);
    expect(isExclusive(outgoing('GET', 5), true)).toBe(true);
    expect(isExclusive(outgoing('DELETE'), false)).toBe(true);
    expect(isExclusive(outgoing('GET', 0, 'websocket'), false)).toBe(true);
  });

  test('is kept by reading a response that nobody wants, unless that is long', () => {
    const lengths = [0, maxDiscardedBytes, maxDiscardedBytes + 1, CHUNKED, UNTIL_CLOSE];
    expect(lengths.map(isWorthDiscarding)).toEqual([true, true, false, true, false]);
  });
});
