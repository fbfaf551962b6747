import { realpath, stat } from 'node:fs/promises';
import { addEntries, type Entries } from './lookup.ts';
import { WatchedFolders } from './watched-folders.ts';

/** Editors and tools write in several steps: a change counts when none has followed for so long. */
const settledAfterMs = 100;

/** What files were like at one moment, by their paths. */
export type FileStates = ReadonlyMap<string, string>;

/** Another text when the file was written, replaced, removed, or its links lead elsewhere. */
async function stateOf(file: string, readAtMs = Infinity): Promise<string> {
  try {
    const path = await realpath(file);
    const { ino, size, mtimeMs, ctimeMs } = await stat(path);
    const changedAtMs = Math.max(mtimeMs, ctimeMs);
    const isChanging = changedAtMs > readAtMs && changedAtMs <= Date.now(); // and not written by a clock that is ahead
    return isChanging ? 'changing' : [path, ino, size, mtimeMs].join();
  } catch {
    return 'missing';
  }
}

/**
 * What files are like now. `readAtMs` is when they were about to be read, in milliseconds since the epoch: one that has
 * changed since then counts as changed later as well.
 */
export async function statesOf(files: readonly string[], readAtMs: number): Promise<FileStates> {
  return new Map(
    await Promise.all(files.map(async (file) => [file, await stateOf(file, readAtMs)] as const)),
  );
}

async function entriesOf(files: Iterable<string>): Promise<Entries> {
  const entries: Entries = new Map();
  for (const file of files) await addEntries(file, entries);
  return entries;
}

/** Watches files, also when they, their folders or links on the way to them are replaced or removed for a while. */
export class FileWatch {
  readonly #folders: WatchedFolders;
  readonly #onChange: () => void;
  #states: FileStates = new Map();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** `onChange` is called once for changes that follow each other closely, `onError` when a folder cannot be watched. */
  constructor(onChange: () => void, onError: (error: unknown) => void) {
    this.#onChange = onChange;
    // folders, because the watch on a file or a link ends when another takes its place
    this.#folders = new WatchedFolders(() => this.#lookSoon(), onError);
  }

  /** From now on these files are watched, and no others; what is not in that state any more has changed. */
  async follow(states: FileStates): Promise<void> {
    this.#states = states;
    await this.#watchFolders();
    this.#lookSoon();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#folders.close();
    return Promise.resolve();
  }

  #lookSoon(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), settledAfterMs);
  }

  /** Until the same folders as before are watched: meanwhile they may have been replaced once more. */
  async #watchFolders(): Promise<void> {
    const states = this.#states;
    let isChanged = true;
    while (isChanged && !this.#isClosed && this.#states === states)
      isChanged = await this.#folders.watch(await entriesOf(states.keys()));
  }

  async #look(): Promise<void> {
    await this.#watchFolders();
    const before = this.#states;
    for (const [file, state] of before) {
      const now = await stateOf(file);
      if (this.#isClosed || this.#states !== before) return;
      if (now === state) continue;
      this.#states = new Map([...before, [file, now]]);
      return this.#onChange();
    }
  }
}
