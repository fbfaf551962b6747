import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../../core/errors.ts';
import { IncomingBody } from '../../../core/http1/incoming-body.ts';
import { CHUNKED, UNTIL_CLOSE } from '../../../core/message/framing.ts';
import { RecordingSink } from '../../support/bodies.ts';
import { codeOf } from '../../support/errors.ts';

const limits = { maxTrailerBytes: 64, maxFieldCount: 4 };

function make(length: number) {
  let wanted = 0;
  const body = new IncomingBody(length, { onBodyWanted: () => void wanted++ }, limits, 10);
  const sink = new RecordingSink();
  return { body, sink, wanted: () => wanted };
}

const consume = (body: IncomingBody, text: string): number => body.consume(Buffer.from(text), 0, text.length);

describe('a body', () => {
  test('of a known length takes so many bytes and leaves the rest', () => {
    const { body, sink } = make(5);
    body.pipe(sink);
    expect(consume(body, 'hel')).toBe(3);
    expect(consume(body, 'loGET')).toBe(2);
    expect(sink).toMatchObject({ text: 'hello', hasEnded: true });
    expect(body).toMatchObject({ isComplete: true, bytesRead: 5 });
  });

  test('in chunks takes up to the last one and gives the trailers', () => {
    const { body, sink } = make(CHUNKED);
    body.pipe(sink);
    expect(consume(body, '2\r\nhi\r\n3\r\nyou\r\n0\r\nT: 1\r\n\r\nGET')).toBe(26);
    expect(sink).toMatchObject({ text: 'hiyou', hasEnded: true });
    expect(sink.trailers?.get('t')).toBe('1');
  });

  test('until close ends when the connection does, others do not', () => {
    const { body, sink } = make(UNTIL_CLOSE);
    body.pipe(sink);
    consume(body, 'hello');
    expect(body.finish()).toBe(true);
    expect(sink).toMatchObject({ text: 'hello', hasEnded: true });
    const other = make(5);
    other.body.pipe(other.sink);
    expect(other.body.finish()).toBe(false);
  });

  test('that is known to be too long is refused at once, another when it has become so', () => {
    expect(codeOf(() => make(11))).toBe('body_too_large');
    const { body, sink } = make(CHUNKED);
    body.pipe(sink);
    consume(body, 'a\r\n0123456789\r\n');
    expect(codeOf(() => consume(body, '1\r\nx\r\n'))).toBe('body_too_large');
  });

  test('flows while it has a sink that takes bytes', () => {
    const { body, sink, wanted } = make(5);
    expect(body.isFlowing).toBe(false);
    body.pipe(sink);
    expect([body.isFlowing, wanted()]).toEqual([true, 1]);
    sink.isFull = true;
    body.flush();
    expect(body.isFlowing).toBe(false);
    body.resume();
    expect([body.isFlowing, wanted()]).toEqual([true, 2]);
    body.resume();
    expect(wanted()).toBe(2);
  });

  test('that breaks off tells its sink once, also one that comes later', () => {
    const { body, sink } = make(5);
    body.pipe(sink);
    body.abort(new GatewayError('client_aborted'));
    body.abort(new GatewayError('body_timeout'));
    expect(sink).toMatchObject({ hasEnded: false, error: { code: 'client_aborted' } });
    const late = new RecordingSink();
    body.pipe(late);
    expect(late.error?.code).toBe('client_aborted');
  });

  test('that is complete is not broken off any more', () => {
    const { body, sink } = make(2);
    body.pipe(sink);
    consume(body, 'hi');
    body.abort(new GatewayError('client_aborted'));
    expect(sink.error).toBeUndefined();
  });
});
