import { PassThrough, Transform } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../../core/errors.ts';
import { CHUNKED, UNTIL_CLOSE } from '../../../core/message/framing.ts';
import { MessageBody } from '../../../core/pipeline/message-body.ts';
import { RecordingSink, ScriptedSource } from '../../support/bodies.ts';
import { codeOf } from '../../support/errors.ts';

/** A body with the source that feeds it and the exchange it belongs to. */
function make({ length = CHUNKED, bytes }: { length?: number; bytes?: string } = {}) {
  const owner = { runningPlugin: 'reader', localReads: 0, onLocalRead: () => void owner.localReads++ };
  const source = new ScriptedSource(length);
  const own = bytes === undefined ? undefined : Buffer.from(bytes);
  return { owner, source, body: new MessageBody(own === undefined ? source : undefined, owner, own) };
}

function pipe(body: MessageBody): RecordingSink {
  const sink = new RecordingSink();
  body.pipe(sink);
  return sink;
}

const upperCase = (): Transform =>
  new Transform({
    transform(piece: Buffer, _encoding, done) {
      done(null, piece.toString().toUpperCase());
    },
  });

const rejection = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => (error as GatewayError).code,
  );

describe('a body that nobody touches', () => {
  test('goes straight from its source to where it is sent', () => {
    const { body, source } = make({ length: 5 });
    const sink = pipe(body);
    expect(sink.source).toBe(source);
    expect(body.isTouched).toBe(false);
  });

  test('tells its length as far as it is known', () => {
    expect(make({ length: 5 }).body.length).toBe(5);
    expect(make({ length: CHUNKED }).body.length).toBeUndefined();
    expect(make({ length: UNTIL_CLOSE }).body.length).toBeUndefined();
    expect(make({ bytes: 'é' }).body.length).toBe(2);
    expect(new MessageBody(undefined, make().owner).length).toBe(0);
  });

  test('that is not there ends at once', () => {
    expect(pipe(new MessageBody(undefined, make().owner))).toMatchObject({ hasEnded: true, text: '' });
  });

  test('that is in memory can be sent again, one that streams cannot', () => {
    const inMemory = make({ bytes: 'hello' }).body;
    expect(pipe(inMemory).text).toBe('hello');
    expect(inMemory.isReplayable).toBe(true);
    expect(pipe(inMemory).text).toBe('hello');
    const streaming = make().body;
    expect(streaming.isReplayable).toBe(true);
    pipe(streaming);
    expect(streaming.isReplayable).toBe(false);
  });
});

describe('reading a body', () => {
  test('gives all of it, and it is still sent', async () => {
    const { body, source, owner } = make();
    const reading = body.buffer(100);
    expect(owner.localReads).toBe(1);
    source.give('hel');
    source.give('lo');
    source.end();
    expect((await reading).toString()).toBe('hello');
    expect(body.length).toBe(5);
    expect(pipe(body).text).toBe('hello');
    expect(body.isReplayable).toBe(true);
  });

  test('is for one reader only, and the second is told who the first was', async () => {
    const { body, source } = make();
    const first = body.buffer(100);
    await expect(body.buffer(100)).rejects.toMatchObject({
      code: 'body_taken',
      message: expect.stringContaining('reader'),
    });
    source.end();
    await first;
    expect(await rejection(body.buffer(100))).toBe('body_taken');
  });

  test('is refused when it is longer than the limit, before a byte is read if that is known', async () => {
    const known = make({ length: 101 });
    expect(await rejection(known.body.buffer(100))).toBe('body_limit_exceeded');
    expect(known.source.sink).toBeUndefined();
    const unknown = make();
    const reading = rejection(unknown.body.buffer(5));
    unknown.source.give('hello');
    expect(unknown.source.isPaused).toBe(false);
    unknown.source.give('!');
    expect(unknown.source.isPaused).toBe(true);
    expect(await reading).toBe('body_limit_exceeded');
  });

  test('fails when the body breaks off', async () => {
    const { body, source } = make();
    const reading = rejection(body.buffer(5));
    source.abort(new GatewayError('client_aborted'));
    expect(await reading).toBe('client_aborted');
  });

  test('is refused once it is on its way', async () => {
    const { body } = make();
    pipe(body);
    expect(await rejection(body.buffer(5))).toBe('body_taken');
    expect(codeOf(() => body.replace('x'))).toBe('body_taken');
    expect(codeOf(() => body.through(new PassThrough()))).toBe('body_taken');
  });

  test('gives the transformed bytes when transforms stand before it', async () => {
    const { body, source } = make();
    body.through(upperCase());
    const reading = body.buffer(100);
    source.give('hello');
    source.end();
    expect((await reading).toString()).toBe('HELLO');
    expect(body.length).toBe(5);
    expect(pipe(body).text).toBe('HELLO');
  });

  test('of a body in memory needs no source', async () => {
    const { body } = make({ bytes: 'hello' });
    expect((await body.buffer(100)).toString()).toBe('hello');
  });

  test('of a body in memory keeps to the limit as well', async () => {
    const { body } = make({ bytes: 'hello' });
    expect(await rejection(body.buffer(4))).toBe('body_limit_exceeded');
  });
});

describe('replacing a body', () => {
  test('sends the new bytes instead', () => {
    const { body, source } = make();
    body.replace('new');
    expect(body.length).toBe(3);
    expect(body.isTouched).toBe(true);
    expect(pipe(body).text).toBe('new');
    expect(source.sink).toBeUndefined();
  });

  test('keeps its own copy, also of nothing', () => {
    const { body } = make();
    const bytes = Buffer.from('abc');
    body.replace(bytes);
    bytes.fill('x');
    expect(pipe(body).text).toBe('abc');
    const empty = make().body;
    empty.replace('');
    expect(empty.length).toBe(0);
    expect(pipe(empty)).toMatchObject({ hasEnded: true, text: '' });
  });
});

describe('a transform', () => {
  test('changes the body on its way, whose length is then unknown', async () => {
    const { body, source } = make({ length: 5 });
    body.through(upperCase());
    expect(body.length).toBeUndefined();
    const sink = pipe(body);
    source.give('hello');
    source.end();
    await sink.over;
    expect(sink).toMatchObject({ text: 'HELLO', hasEnded: true });
    expect(body.isReplayable).toBe(false);
  });

  test('may be followed by others', async () => {
    const { body, source } = make();
    const exclaim = new Transform({
      transform: (piece: Buffer, _encoding, done) => done(null, piece),
      flush: (done) => done(null, '!'),
    });
    body.through(exclaim);
    body.through(upperCase());
    const sink = pipe(body);
    source.give('hello');
    source.end();
    await sink.over;
    expect(sink.text).toBe('HELLO!');
  });

  test.each([0, 1, 2])('that fails breaks the body off, as number %i of three', async (failing) => {
    const { body, source } = make();
    for (let i = 0; i < 3; i++) {
      body.through(
        new Transform({
          transform: (piece, _encoding, done) => (i === failing ? done(new Error('no')) : done(null, piece)),
        }),
      );
    }
    const sink = pipe(body);
    source.give('hello');
    await sink.over;
    expect(sink.hasEnded).toBe(false);
    expect(sink.error?.code).toBe('plugin_failed');
    // and what still comes does no harm
    source.give('more');
    source.end();
  });

  test('that is destroyed breaks the body off', async () => {
    const { body } = make();
    const transform = new PassThrough();
    body.through(transform);
    const sink = pipe(body);
    transform.destroy();
    await sink.over;
    expect(sink.error).toBeInstanceOf(GatewayError);
  });

  test('is destroyed when the body breaks off', async () => {
    const { body, source } = make();
    const transforms = [new PassThrough(), new PassThrough()];
    for (const transform of transforms) body.through(transform);
    const sink = pipe(body);
    source.abort(new GatewayError('client_aborted'));
    await sink.over;
    expect(sink.error?.code).toBe('client_aborted');
    expect(transforms.map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });

  test('asks its source to pause while it is full', async () => {
    const { body, source } = make();
    body.through(new PassThrough({ highWaterMark: 4 }));
    const sink = new RecordingSink();
    sink.isFull = true;
    body.pipe(sink);
    source.give('0123456789');
    for (let i = 0; i < 3 && !source.isPaused; i++) source.give('0123456789');
    expect(source.isPaused).toBe(true);
    sink.isFull = false;
    sink.source!.resume();
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.isPaused).toBe(false);
    source.end();
    await sink.over;
  });

  test('is never without an error listener', () => {
    const transform = new PassThrough();
    make().body.through(transform);
    expect(transform.listenerCount('error')).toBe(1);
  });

  test('of a body in memory works as well', async () => {
    const { body } = make({ bytes: 'hello' });
    body.through(upperCase());
    const sink = pipe(body);
    await sink.over;
    expect(sink.text).toBe('HELLO');
  });
});
