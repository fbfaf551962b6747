import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';

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

/** The folders in which something happens when a file changes: its own, and the one that its links lead to. */
async function foldersOf(file: string): Promise<string[]> {
  const real = await realpath(file).catch(() => file);
  return [dirname(file), dirname(real)];
}

/** Watches files, also when they are replaced, removed for a while, or links that come to lead elsewhere. */
export class FileWatch {
  readonly #watcher: FSWatcher;
  readonly #onChange: () => void;
  #states: FileStates = new Map();
  #folders: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** `onChange` is called once for changes that follow each other closely, `onError` when a folder cannot be watched. */
  constructor(onChange: () => void, onError: (error: unknown) => void) {
    this.#onChange = onChange;
    // folders, because the watch on a file or a link ends when another takes its place
    this.#watcher = watch([], {
      ignoreInitial: true,
      depth: 0,
      followSymlinks: false,
      ignorePermissionErrors: true,
    });
    this.#watcher.on('all', () => this.#look());
    this.#watcher.on('error', onError);
  }

  /** From now on these files are watched, and no others; what is not in that state any more has changed. */
  async follow(states: FileStates): Promise<void> {
    const folders = new Set((await Promise.all([...states.keys()].map(foldersOf))).flat());
    const gone = [...this.#folders].filter((folder) => !folders.has(folder));
    const added = [...folders].filter((folder) => !this.#folders.has(folder));
    this.#folders = folders;
    this.#states = states;
    if (gone.length > 0) this.#watcher.unwatch(gone);
    if (added.length > 0) this.#watcher.add(added);
    this.#look();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#watcher.close();
  }

  #look(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#compare(), settledAfterMs);
  }

  async #compare(): Promise<void> {
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
