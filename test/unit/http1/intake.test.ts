import { beforeEach, describe, expect, test } from 'vitest';
import { Intake } from '../../../core/http1/intake.ts';
import type { Channel } from '../../../core/transport/channel.ts';

/** Takes letters until it meets a dot, behind which `goOn` is waited for; a `!` cannot be read. */
class Letters extends Intake {
  seen = '';
  isClosing = false;
  waits = false;
  readonly maxHeldBytes = 4;

  readMessages(bytes: Buffer, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      if (this.waits) return at;
      const letter = String.fromCharCode(bytes[at]!);
      if (letter === '!') throw new Error('unreadable');
      if (letter === '.') this.waits = true;
      if (letter === '+') this.goOn();
      this.seen += letter;
    }
    return end;
  }

  onUnreadable(cause: unknown): void {
    this.seen += `[${(cause as Error).message}]`;
    this.isClosing = true;
  }

  onRead(): void {
    this.seen += '|';
  }
}

const calls: string[] = [];
const channel = { pause: () => calls.push('pause'), resume: () => calls.push('resume') };

function make() {
  const letters = new Letters(channel as unknown as Channel);
  const take = (text: string): void => letters.take(Buffer.from(text), text.length);
  const goOn = (): void => {
    letters.waits = false;
    letters.goOn();
  };
  return { letters, take, goOn };
}

beforeEach(() => {
  calls.length = 0;
});

describe('bytes', () => {
  test('that have their turn are read at once', () => {
    const { letters, take } = make();
    take('ab');
    take('c');
    expect(letters.seen).toBe('ab|c|');
    expect(letters.isHolding).toBe(false);
  });

  test('that come before their turn are read when it is there, in their order', () => {
    const { letters, take, goOn } = make();
    take('a.b');
    take('c');
    expect([letters.seen, letters.isHolding]).toEqual(['a.|', true]);
    goOn();
    expect([letters.seen, letters.isHolding]).toEqual(['a.|bc|', false]);
  });

  test('that were lent are copied when they are held', () => {
    const { letters, goOn } = make();
    const block = Buffer.from('a.bc');
    letters.take(block, 4);
    block.fill('x');
    goOn();
    expect(letters.seen).toBe('a.|bc|');
  });

  test('that are too many for holding pause the channel until the last is read', () => {
    const { take, goOn } = make();
    take('.bc');
    expect(calls).toEqual([]);
    take('d.e');
    expect(calls).toEqual(['pause']);
    goOn();
    expect(calls).toEqual(['pause']);
    goOn();
    expect(calls).toEqual(['pause', 'resume']);
  });

  test('that cannot be read end it, and nothing behind them is held', () => {
    const { letters, take } = make();
    take('a!b');
    expect([letters.seen, letters.isHolding]).toEqual(['a[unreadable]', false]);
  });

  test('that are given away are not read', () => {
    const { letters, take, goOn } = make();
    take('.bc');
    expect(letters.release()?.toString()).toBe('bc');
    goOn();
    expect(letters.seen).toBe('.||');
  });
});

test('going on from within a read leaves the rest to that read', () => {
  const { letters, take } = make();
  take('a+b');
  expect(letters.seen).toBe('a+b|');
});
