import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LineFile, Written } from '../../../../plugins/access-log/line-file.ts';
import { LineWriter, type WriterListener } from '../../../../plugins/access-log/line-writer.ts';

/** A file that writes when the test says so. */
class HeldFile implements LineFile {
  readonly name = 'held';
  /** What was to be written, one entry a call, and what became of the file in between. */
  readonly calls: string[] = [];
  atTheEnd = '';
  openError: Error | undefined;
  #written: Written | undefined;

  open(): Promise<void> {
    this.calls.push('<open>');
    return this.openError === undefined ? Promise.resolve() : Promise.reject(this.openError);
  }

  write(bytes: Buffer, written: Written): void {
    expect(this.#written).toBeUndefined();
    this.calls.push(bytes.toString('latin1'));
    this.#written = written;
  }

  writeNow(bytes: Buffer): void {
    this.atTheEnd += bytes.toString('latin1');
  }

  close(): Promise<void> {
    this.calls.push('<close>');
    return Promise.resolve();
  }

  take(bytes = this.calls.at(-1)!.length): void {
    this.#settle(null, bytes);
  }

  fail(code: string): void {
    this.#settle(Object.assign(new Error(code), { code }), 0);
  }

  #settle(error: Error | null, bytes: number): void {
    const written = this.#written!;
    this.#written = undefined;
    written(error, bytes);
  }
}

class Troubles implements WriterListener {
  readonly seen: unknown[] = [];
  onFailing(error: Error): void {
    this.seen.push(error.message);
  }
  onLagging(): void {
    this.seen.push('lagging');
  }
  onRecovered(lostLines: number): void {
    this.seen.push({ lostLines });
  }
  onLost(lines: number): void {
    this.seen.push([lines]);
  }
}

function startWriter(maxBufferedBytes = 100, maxDelayMs = 0) {
  const file = new HeldFile();
  const troubles = new Troubles();
  const limits = { maxBufferedBytes, maxDelayMs, retryDelayMs: 1_000, closeTimeoutMs: 5_000 };
  return { file, seen: troubles.seen, writer: new LineWriter(file, troubles, limits) };
}

const line = '123456789\n';

function write(writer: LineWriter, text: string): void {
  const bytes = writer.begin();
  if (bytes === undefined) return;
  bytes.ascii(text);
  writer.commit();
}

const listenersBefore = process.listenerCount('exit');

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** What a process does that ends without having closed its writers. */
function endProcess(): void {
  for (const onExit of process.listeners('exit').slice(listenersBefore)) onExit(1);
}

test('lines of one turn are written together', async () => {
  const { file, writer } = startWriter();
  write(writer, 'a\n');
  write(writer, 'b\n');
  expect(file.calls).toEqual([]);
  await nextTurn();
  expect(file.calls).toEqual(['a\nb\n']);
});

test('lines that come during a write follow together', async () => {
  const { file, writer } = startWriter();
  for (const each of ['a\n', 'b\n', 'c\n']) {
    write(writer, each);
    await nextTurn();
  }
  expect(file.calls).toEqual(['a\n']);
  file.take();
  await nextTurn();
  expect(file.calls).toEqual(['a\n', 'b\nc\n']);
  file.take();
  await nextTurn();
  expect(file.calls).toHaveLength(2);
});

test('a line waits for others as long as it may, and not for the last of many', async () => {
  const { file, writer } = startWriter(1_000_000, 100);
  write(writer, 'a\n');
  vi.advanceTimersByTime(60);
  write(writer, 'b\n');
  vi.advanceTimersByTime(39);
  expect(file.calls).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(file.calls).toEqual(['a\nb\n']);
  write(writer, 'c\n');
  file.take();
  vi.advanceTimersByTime(99);
  expect(file.calls).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(file.calls).toEqual(['a\nb\n', 'c\n']);
  file.take();
  const long = `${'x'.repeat(70_000)}\n`;
  write(writer, long);
  write(writer, long);
  expect(file.calls.at(-1)).toBe(long + long);
  file.take();
  await writer.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('closing does not wait for more lines', async () => {
  const { file, writer } = startWriter(100, 100);
  write(writer, 'a\n');
  const closing = writer.close();
  write(writer, 'b\n');
  file.take();
  file.take();
  await closing;
  expect(file.calls).toEqual(['a\n', 'b\n', '<close>']);
  expect(vi.getTimerCount()).toBe(0);
});

test('a process that ends without closing still writes what it has', () => {
  const { file, writer } = startWriter(100, 100);
  write(writer, line);
  endProcess();
  expect(file.atTheEnd).toBe(line);
});

test('a process that ends does not wait for a reader that is slow', () => {
  const { file, writer } = startWriter(20);
  for (let i = 0; i < 3; i++) write(writer, line);
  endProcess();
  expect(file.atTheEnd).toBe('');
});

test('a closed writer has nothing to write when the process ends', async () => {
  const { file, writer } = startWriter(100, 100);
  await writer.close();
  write(writer, line);
  endProcess();
  expect(file.atTheEnd).toBe('');
});

test('the rest of a short write comes first', async () => {
  const { file, writer } = startWriter();
  write(writer, 'abc\n');
  await nextTurn();
  write(writer, 'd\n');
  file.take(1);
  file.take(3);
  await nextTurn();
  expect(file.calls).toEqual(['abc\n', 'bc\n', 'd\n']);
});

test('a file that takes nothing costs no more memory than the bound, and one report', async () => {
  const { file, seen, writer } = startWriter(100);
  for (let i = 0; i < 15; i++) write(writer, line);
  await nextTurn();
  write(writer, line);
  await nextTurn();
  expect(file.calls).toEqual([line.repeat(5)]);
  expect(seen).toEqual(['lagging']);
});

test('what was lost is counted once there is room again', async () => {
  const { file, seen, writer } = startWriter(100);
  for (let i = 0; i < 13; i++) write(writer, line);
  await nextTurn();
  file.take(49);
  expect(seen).toEqual(['lagging']);
  file.take(1);
  expect(seen).toEqual(['lagging', { lostLines: 3 }]);
});

test('a file that fails is reported once and tried again after a while', async () => {
  const { file, seen, writer } = startWriter(20);
  for (let i = 0; i < 3; i++) write(writer, line);
  await nextTurn();
  file.fail('ENOSPC');
  write(writer, line);
  await nextTurn();
  vi.advanceTimersByTime(999);
  expect(file.calls).toHaveLength(1);
  vi.advanceTimersByTime(1);
  file.fail('ENOSPC');
  vi.advanceTimersByTime(1_000);
  file.take();
  expect(file.calls).toEqual([line + line, line + line, line + line]);
  expect(seen).toEqual(['lagging', 'ENOSPC', { lostLines: 2 }]);
});

test('after a recovery the next failure is reported again', async () => {
  const { file, seen, writer } = startWriter();
  write(writer, line);
  await nextTurn();
  file.fail('ENOSPC');
  vi.advanceTimersByTime(1_000);
  file.take();
  write(writer, line);
  await nextTurn();
  file.fail('EIO');
  expect(seen).toEqual(['ENOSPC', { lostLines: 0 }, 'EIO']);
});

test('a full pipe is no failure', async () => {
  const { file, seen, writer } = startWriter();
  write(writer, line);
  await nextTurn();
  file.fail('EAGAIN');
  vi.advanceTimersByTime(1_000);
  file.take();
  expect([file.calls, seen]).toEqual([[line, line], []]);
});

test('a reader that is gone is not written to any more', async () => {
  const { file, seen, writer } = startWriter();
  write(writer, line);
  await nextTurn();
  file.fail('EPIPE');
  write(writer, line);
  await nextTurn();
  await writer.close();
  expect(file.calls).toEqual([line, '<close>']);
  expect(seen).toEqual(['EPIPE', [2]]);
});

test('a file is opened anew between two writes', async () => {
  const { file, writer } = startWriter();
  write(writer, 'a\n');
  await nextTurn();
  write(writer, 'b\n');
  writer.reopen();
  write(writer, 'c\n');
  file.take(1);
  await nextTurn();
  expect(file.calls).toEqual(['a\n', '<open>', '\n']);
  file.take();
  await nextTurn();
  expect(file.calls.at(-1)).toBe('b\nc\n');
});

test('when a file cannot be opened anew, the old one is written to', async () => {
  const { file, seen, writer } = startWriter();
  file.openError = new Error('EACCES');
  writer.reopen();
  await nextTurn();
  write(writer, line);
  await nextTurn();
  expect(file.calls).toEqual(['<open>', line]);
  expect(seen).toEqual(['EACCES']);
});

test('closing waits until everything is written', async () => {
  const { file, seen, writer } = startWriter();
  write(writer, 'a\n');
  const closing = writer.close();
  write(writer, 'b\n');
  file.take();
  await nextTurn();
  expect(file.calls).toEqual(['a\n', 'b\n']);
  file.take();
  await closing;
  expect([file.calls.at(-1), seen]).toEqual(['<close>', []]);
});

test('closing tries once more what failed, at once, and tells what is lost', async () => {
  const { file, seen, writer } = startWriter();
  write(writer, line);
  await nextTurn();
  file.fail('ENOSPC');
  const closing = writer.close();
  file.fail('ENOSPC');
  await closing;
  expect(file.calls).toEqual([line, line, '<close>']);
  expect(seen).toEqual(['ENOSPC', [1]]);
  expect(vi.getTimerCount()).toBe(0);
});

test('closing gives up on a reader that takes nothing', async () => {
  const { file, seen, writer } = startWriter();
  write(writer, line);
  const closing = writer.close();
  vi.advanceTimersByTime(5_000);
  await closing;
  file.fail('EBADF');
  expect(file.calls).toEqual([line, '<close>']);
  expect(seen).toEqual([[1]]);
  expect(vi.getTimerCount()).toBe(0);
});
