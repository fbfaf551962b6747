import { unwatchFile, watchFile } from 'node:fs';

const lookEveryMs = 1_000;

export interface FileListener {
  /** What is to be done when the file has changed; what it throws is told. */
  readonly read: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Looks at a file once a second, by its path: a file that takes its place is a change. Returns how to stop. */
export function watchUsersFile(file: string, { read, onError }: FileListener): () => void {
  let last = Promise.resolve();
  const onChange = (): void => {
    last = last.then(read).catch(onError); // one after the other, so that the last one counts
  };
  watchFile(file, { interval: lookEveryMs, persistent: false }, onChange);
  return () => unwatchFile(file, onChange);
}
