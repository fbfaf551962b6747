import { lstat, readlink } from 'node:fs/promises';
import { dirname, join, parse, resolve } from 'node:path';

/** Links in one path beyond which the system gives up as well. */
const maxLinks = 40;

/** Names in folders, by the folders' real paths; undefined for every name. */
export type Entries = Map<string, Set<string> | undefined>;

function add(entries: Entries, folder: string, name: string): void {
  if (!entries.has(folder)) entries.set(folder, new Set([name]));
  else entries.get(folder)?.add(name);
}

/**
 * Every entry of a folder that the way to a file leads over, links followed: when none of them changes, the path still
 * means the same file. Ends where there is nothing. Of a folder it is everything in it, too.
 */
export async function addEntries(path: string, entries: Entries): Promise<void> {
  const { root } = parse(resolve(path));
  const steps = resolve(path).slice(root.length).split(/[\\/]/);
  let at = root;
  let links = 0;
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    if (step === '' || step === '.') continue;
    if (step === '..') {
      at = dirname(at);
      continue;
    }
    add(entries, at, step);
    const next = join(at, step);
    const status = await lstat(next).catch(() => undefined);
    if (status === undefined || links > maxLinks) return;
    if (status.isSymbolicLink()) {
      links++;
      const target = await readlink(next).catch(() => '');
      const targetRoot = parse(target).root;
      if (targetRoot !== '') at = targetRoot;
      steps.unshift(...target.slice(targetRoot.length).split(/[\\/]/));
    } else {
      at = next;
      if (steps.length === 0 && status.isDirectory()) entries.set(at, undefined);
    }
  }
}
