import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Entries } from './lookup.ts';

interface WatchedFolder {
  readonly watcher: FSWatcher;
  /** Tells it from another folder that takes its place. */
  readonly inode: number;
  names: ReadonlySet<string> | undefined;
}

/** What another user's folder on the way, or one that has gone meanwhile, is answered with. */
const passedOver = new Set(['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR']);

/** Watches for changes of some names in some folders, and of no others. */
export class WatchedFolders {
  readonly #onChange: () => void;
  readonly #onError: (error: unknown) => void;
  readonly #folders = new Map<string, WatchedFolder>();
  #isClosed = false;

  constructor(onChange: () => void, onError: (error: unknown) => void) {
    this.#onChange = onChange;
    this.#onError = onError;
  }

  /** Watches for these, and no others. Resolves to whether a watch has begun. */
  async watch(entries: Entries): Promise<boolean> {
    for (const path of [...this.#folders.keys()].filter((each) => !entries.has(each))) this.#leave(path);
    let hasBegun = false;
    for (const [path, names] of entries) {
      const inode = await stat(path).then(
        ({ ino }) => ino,
        () => undefined,
      );
      if (this.#isClosed) return false;
      const known = this.#folders.get(path);
      if (known !== undefined && known.inode === inode) known.names = names;
      else hasBegun = this.#begin(path, inode, names) || hasBegun;
    }
    return hasBegun;
  }

  close(): void {
    this.#isClosed = true;
    for (const path of this.#folders.keys()) this.#leave(path);
  }

  #begin(path: string, inode: number | undefined, names: ReadonlySet<string> | undefined): boolean {
    this.#leave(path);
    if (inode === undefined) return false;
    try {
      const watcher = watch(path, { persistent: false }, (_event, name) =>
        this.#onEvent(path, watcher, name),
      );
      watcher.on('error', (error) => this.#onFailure(error));
      this.#folders.set(path, { watcher, inode, names });
      return true;
    } catch (error) {
      this.#onFailure(error);
      return false;
    }
  }

  #leave(path: string): void {
    this.#folders.get(path)?.watcher.close();
    this.#folders.delete(path);
  }

  #onEvent(path: string, watcher: FSWatcher, name: string | null): void {
    const folder = this.#folders.get(path);
    if (folder?.watcher !== watcher) return;
    const { names } = folder;
    // a folder tells of its own end by its own name, or by none
    if (names === undefined || name === null || names.has(name) || path.endsWith(name)) this.#onChange();
  }

  #onFailure(error: unknown): void {
    if (!passedOver.has((error as NodeJS.ErrnoException).code ?? '')) this.#onError(error);
  }
}
