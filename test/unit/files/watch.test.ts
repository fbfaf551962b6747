import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FileWatch, statesOf } from '../../../core/files/watch.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'hookway-watch-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const ms = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

/** A watch that counts, and that follows the files anew after each change, as a reload does. */
async function watching(...files: string[]) {
  let changes = 0;
  const errors: unknown[] = [];
  let following = Promise.resolve();
  const follow = async (): Promise<void> => watch.follow(await statesOf(files, Date.now()));
  const watch = new FileWatch(
    () => {
      changes++;
      following = follow();
    },
    (error) => errors.push(error),
  );
  onTestFinished(() => watch.close());
  await follow();
  await ms(250); // what `follow` looks for itself is over
  return {
    errors,
    get changes() {
      return changes;
    },
    /** Waits for that change, and until what it left is followed. */
    changed: async (count: number) => {
      await expect.poll(() => changes, { interval: 5, timeout: 5_000 }).toBe(count);
      await following;
    },
  };
}

test('a change is seen in a folder where something is written all the time, which is no change itself', async () => {
  const cwd = folder();
  const file = join(cwd, 'config');
  writeFileSync(file, '1');
  const log = join(cwd, 'access.log');
  writeFileSync(log, '');
  const watch = await watching(file);
  let lines = 0;
  const writing = setInterval(() => writeFileSync(log, `${lines++}\n`, { flag: 'a' }), 5);
  onTestFinished(() => clearInterval(writing));
  await expect.poll(() => lines, { interval: 5, timeout: 10_000 }).toBeGreaterThan(60);
  expect(watch.changes).toBe(0);
  writeFileSync(file, '22');
  await watch.changed(1);
});

test('a folder that is removed and made again is followed on', async () => {
  const cwd = join(folder(), 'a', 'b');
  const file = join(cwd, 'config');
  mkdirSync(cwd, { recursive: true });
  writeFileSync(file, '1');
  const watch = await watching(file);
  rmSync(join(cwd, '..'), { recursive: true });
  await watch.changed(1);
  mkdirSync(cwd, { recursive: true });
  writeFileSync(file, '2');
  await watch.changed(2);
  writeFileSync(file, '33');
  await watch.changed(3);
});

test('a folder that another takes the place of is followed on', async () => {
  const base = folder();
  const cwd = join(base, 'config');
  for (const name of ['config', 'next', 'last']) {
    mkdirSync(join(base, name));
    writeFileSync(join(base, name, 'file'), name);
  }
  const watch = await watching(join(cwd, 'file'));
  renameSync(cwd, join(base, 'old'));
  renameSync(join(base, 'next'), cwd);
  await watch.changed(1);
  writeFileSync(join(cwd, 'file'), 'again');
  await watch.changed(2);
});

test('many files that change one after the other are one change', async () => {
  const cwd = folder();
  const files = Array.from({ length: 50 }, (_, index) => join(cwd, `file-${index}`));
  for (const file of files) writeFileSync(file, '1');
  const watch = await watching(...files);
  for (const file of files) {
    writeFileSync(`${file}.tmp`, 'changed');
    renameSync(`${file}.tmp`, file);
  }
  await watch.changed(1);
  await ms(250);
  expect(watch.changes).toBe(1);
});

test('a link in the path of a folder that comes to lead elsewhere is a change', async () => {
  const base = folder();
  for (const name of ['v1', 'v2']) {
    mkdirSync(join(base, name, 'gateway'), { recursive: true });
    writeFileSync(join(base, name, 'gateway', 'file'), name);
  }
  symlinkSync('v1', join(base, 'current'));
  const watch = await watching(join(base, 'current', 'gateway', 'file'));
  symlinkSync('v2', join(base, 'next'));
  renameSync(join(base, 'next'), join(base, 'current'));
  await watch.changed(1);
});
