import { describe, expect, test } from 'vitest';
import { MessageWriter, responseFraming } from '../../../core/http1/message-writer.ts';
import { FieldList } from '../../../core/message/field-list.ts';
import { CHUNKED, UNTIL_CLOSE } from '../../../core/message/framing.ts';
import type { Channel } from '../../../core/transport/channel.ts';

/** Counts writes; what stands between cork and uncork is one. */
class RecordingChannel {
  readonly writes: string[] = [];
  #corked: string | undefined;

  writeText(text: string): void {
    if (this.#corked === undefined) this.writes.push(text);
    else this.#corked += text;
  }

  writeBytes(bytes: Buffer): void {
    this.writeText(bytes.toString('latin1'));
  }

  cork(): void {
    this.#corked ??= '';
  }

  uncork(): void {
    if (this.#corked !== undefined) this.writes.push(this.#corked);
    this.#corked = undefined;
  }

  get text(): string {
    return this.writes.join('') + (this.#corked ?? '');
  }
}

function make(): { channel: RecordingChannel; writer: MessageWriter } {
  const channel = new RecordingChannel();
  return { channel, writer: new MessageWriter(channel as unknown as Channel) };
}

const turnEnd = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a message', () => {
  test('with a short body is one write, at the end of the turn', async () => {
    const { channel, writer } = make();
    writer.begin('head|', 5);
    writer.write(Buffer.from('hello'));
    writer.end(undefined);
    writer.flush();
    expect(channel.writes).toEqual([]);
    await turnEnd();
    expect(channel.writes).toEqual(['head|hello']);
  });

  test('leaves with others of the same turn', async () => {
    const { channel, writer } = make();
    for (const name of ['a', 'b']) {
      writer.begin(`${name}|`, 0);
      writer.end(undefined);
      writer.flush();
    }
    await turnEnd();
    expect(channel.writes).toEqual(['a|b|']);
  });

  test('leaves at once when the connection ends behind it', async () => {
    const { channel, writer } = make();
    writer.begin('head|', 0);
    writer.flush();
    writer.flushNow();
    expect(channel.writes).toEqual(['head|']);
    await turnEnd();
    expect(channel.writes).toEqual(['head|']);
  });

  test('in chunks has their lines and the trailers', () => {
    const { channel, writer } = make();
    writer.begin('head|', CHUNKED);
    writer.write(Buffer.from('hello'));
    writer.write(Buffer.alloc(0));
    writer.write(Buffer.alloc(26, 'x'));
    writer.end(new FieldList(['T', '1']));
    writer.flushNow();
    expect(channel.text).toBe(`head|5\r\nhello\r\n1a\r\n${'x'.repeat(26)}\r\n0\r\nT: 1\r\n\r\n`);
  });

  test.each([CHUNKED, 60_000 as number])('with long pieces keeps everything in order (%i)', (length) => {
    const { channel, writer } = make();
    writer.begin('head|', length);
    for (const size of [20_000, 10, 29_990, 10_000]) writer.write(Buffer.alloc(size, 'x'));
    writer.end(undefined);
    writer.flushNow();
    const { text } = channel;
    if (length === CHUNKED) {
      const chunks = [20_000, 10, 29_990, 10_000].map(
        (size) => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`,
      );
      expect(text).toBe(`head|${chunks.join('')}0\r\n\r\n`);
    } else expect(text).toBe(`head|${'x'.repeat(60_000)}`);
  });

  test('does not change when the memory of a piece is used again', () => {
    const { channel, writer } = make();
    const lent = Buffer.from('hello');
    writer.begin('', 5);
    writer.write(lent);
    lent.fill('!');
    writer.flushNow();
    expect(channel.text).toBe('hello');
  });

  test('is known to be complete, too long, or until close', () => {
    const { writer } = make();
    writer.begin('', 5);
    expect(writer.isBodyComplete).toBe(false);
    writer.write(Buffer.from('hell'));
    expect([writer.exceeds(Buffer.from('o')), writer.exceeds(Buffer.from('o!'))]).toEqual([false, true]);
    writer.write(Buffer.from('o'));
    expect(writer.isBodyComplete).toBe(true);
    writer.begin('', UNTIL_CLOSE);
    expect([writer.isBodyComplete, writer.exceeds(Buffer.alloc(100))]).toEqual([true, false]);
  });
});

test('a body of unknown length has chunks in HTTP/1.1 and ends with the connection in HTTP/1.0', () => {
  expect(responseFraming(5, 0)).toBe(5);
  expect(responseFraming(CHUNKED, 1)).toBe(CHUNKED);
  expect(responseFraming(UNTIL_CLOSE, 1)).toBe(CHUNKED);
  expect(responseFraming(CHUNKED, 0)).toBe(UNTIL_CLOSE);
});
