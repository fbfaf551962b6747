/** What a client saw of a request. */
export type Seen = 'ok' | 'cut' | 'failed' | 'left' | 'switched';
/** What a backend did with a request. */
export type Deed = 'whole' | 'cut' | 'lost' | 'waiting' | 'tunnel';

const doneFor: Readonly<Record<Exclude<Seen, 'failed'>, Deed>> = {
  ok: 'whole',
  cut: 'cut',
  left: 'waiting',
  switched: 'tunnel',
};

/** Holds what clients saw of each request against what backends did with it. */
export class Ledger {
  readonly #open = new Map<string, Deed[]>();
  readonly #waiting = new Map<string, () => void>();
  /** By kind and end: `get ok`. */
  readonly ends: Record<string, number> = {};
  readonly problems: string[] = [];
  total = 0;
  #last = 0;

  /** A new request; its path names it. */
  begin(kind: string): string {
    const path = `/${kind}/${++this.#last}`;
    this.#open.set(path, []);
    return path;
  }

  /** A backend has taken a request. */
  arrived(path: string, deed: Deed): void {
    const deeds = this.#open.get(path);
    if (deeds === undefined) {
      this.problems.push(`${path} came to a backend behind its end`);
      return;
    }
    deeds.push(deed);
    this.#waiting.get(path)?.();
  }

  /** Resolves when a backend has taken the request. */
  async waitFor(path: string): Promise<void> {
    if (this.#open.get(path)!.length > 0) return;
    await new Promise<void>((resolve) => this.#waiting.set(path, resolve));
    this.#waiting.delete(path);
  }

  /** The client knows how its request ended. */
  end(path: string, seen: Seen): void {
    const deeds = this.#open.get(path)!;
    this.#open.delete(path);
    const kind = path.split('/')[1]!;
    const key = `${kind} ${seen}`;
    this.ends[key] = (this.ends[key] ?? 0) + 1;
    this.total++;
    if (!isConsistent(kind, seen, deeds))
      this.problems.push(`${path}: ${seen}, but backends: ${deeds.join()}`);
  }
}

/** All tries but the last were lost; what is not repeatable was tried once. */
function isConsistent(kind: string, seen: Seen, deeds: readonly Deed[]): boolean {
  const before = deeds.slice(0, -1);
  if (before.some((deed) => deed !== 'lost')) return false;
  if (kind.startsWith('post') && deeds.length > 1) return false;
  const last = deeds.at(-1);
  return seen === 'failed' ? last === 'lost' : last === doneFor[seen];
}
