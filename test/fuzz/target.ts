import { Random } from './random.ts';

/** One set-up in which inputs are tried, one after another. */
export interface Trial extends AsyncDisposable {
  /** Throws when a promise is broken; the same bytes are tried in the same way each time. */
  check(bytes: Buffer): void | Promise<void>;
  /** Throws when what was written since it was last called breaks a promise. */
  settle?(): Promise<void>;
}

/** Something that reads what strangers write. */
export interface Target {
  readonly name: string;
  /** Inputs to begin with. */
  readonly seeds: readonly Buffer[];
  /** Another input, made of these. */
  mutate(seeds: readonly Buffer[], random: Random): Buffer;
  start(): Promise<Trial>;
  /** How many inputs each run of the tests can afford. */
  readonly runsInTests: number;
}

/** An input as a line of regressions.jsonl. */
export interface Regression {
  readonly target: string;
  /** A character for each byte. */
  readonly input: string;
  /** What it broke. */
  readonly broke: string;
}

/** Chance that depends on the bytes alone, so that these are all it takes to repeat what happened. */
export function randomOf(bytes: Buffer): Random {
  // FNV-1a
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return new Random(hash);
}
