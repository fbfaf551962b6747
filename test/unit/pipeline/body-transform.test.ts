import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { BodySink, BodySource } from '../../../core/message/stream.ts';
import { pipeThrough } from '../../../core/pipeline/body-transform.ts';

const piece = Buffer.alloc(4_096, 'x');

/** Gives a number of pieces, as fast as they are taken. */
class Pieces implements BodySource {
  readonly length = -1;
  readonly error = undefined;
  readonly total: number;
  bytesRead = 0;
  isComplete = false;
  #sink: BodySink | undefined;

  constructor(count: number) {
    this.total = count * piece.length;
  }

  limit(): void {}

  pipe(sink: BodySink): void {
    this.#sink = sink;
    sink.attach(this);
    this.resume();
  }

  resume(): void {
    while (this.bytesRead < this.total) {
      this.bytesRead += piece.length;
      this.#sink!.write(piece);
      if (!this.#sink!.flush()) return;
    }
    if (this.isComplete) return;
    this.isComplete = true;
    this.#sink!.end(undefined);
  }
}

/** Takes one write, and the next one only when its source is told to go on. */
class SlowSink extends EventEmitter implements BodySink {
  source: BodySource | undefined;
  bytesTaken = 0;

  attach(source: BodySource): void {
    this.source = source;
  }

  write(bytes: Buffer): void {
    this.bytesTaken += bytes.length;
    this.emit('taken');
  }

  end(): void {
    this.emit('end');
  }

  abort(error: Error): void {
    this.emit('error', error);
  }

  flush(): boolean {
    return false;
  }
}

test.each([1, 3])('behind %i transforms a sink that takes nothing stops the source', async (count) => {
  const source = new Pieces(1_000);
  const sink = new SlowSink();
  const transforms = Array.from({ length: count }, () => new PassThrough());
  pipeThrough(source, transforms, sink);
  const ended = once(sink, 'end');
  for (let i = 0; i < 20; i++) await nextTurn();
  expect(sink.bytesTaken).toBe(piece.length);
  expect(source.bytesRead).toBeLessThanOrEqual(
    count * 2 * transforms[0]!.writableHighWaterMark + piece.length,
  );

  sink.on('taken', () => setImmediate(() => sink.source!.resume()));
  sink.source!.resume();
  await ended;
  expect(sink.bytesTaken).toBe(source.total);
});
