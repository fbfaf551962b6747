import { hashText } from './hash-text.ts';
import type { Weighted } from './weights.ts';

/** Primes; the paper's small and big table. */
const sizes = [65_537, 655_373];
const slotsPerBackend = 100;

/** The order in which a backend wants the slots: from `offset` on in steps of `skip`. */
export interface Preference {
  readonly offset: number;
  readonly skip: number;
  readonly weight: number;
}

/** The smallest table in which shares of so many backends differ by at most one percent. */
export function tableSizeFor(count: number): number {
  return sizes.find((size) => size >= slotsPerBackend * count) ?? sizes[sizes.length - 1]!;
}

export function preferenceOf({ name, weight }: Weighted, size: number): Preference {
  return { offset: hashText(name, 1) % size, skip: (hashText(name, 2) % (size - 1)) + 1, weight };
}

/**
 * Fills a table as in "Maglev: A Fast and Reliable Software Network Load Balancer" (NSDI 2016), 3.4: in turn, every
 * backend takes the next free slot that it wants. All have the first turn; then the heaviest has one each round, others
 * as their weight says.
 */
export function fillTable(preferences: readonly Preference[], size: number): Uint16Array {
  const free = 0xffff;
  const table = new Uint16Array(size).fill(free);
  const heaviest = Math.max(...preferences.map(({ weight }) => weight));
  const states = preferences.map(({ offset, skip, weight }) => {
    return { next: offset, skip, weight, credit: heaviest - weight };
  });
  for (let filled = 0; filled < size; ) {
    for (const [index, state] of states.entries()) {
      state.credit += state.weight;
      if (state.credit < heaviest || filled === size) continue;
      state.credit -= heaviest;
      while (table[state.next] !== free) state.next = (state.next + state.skip) % size;
      table[state.next] = index;
      filled++;
    }
  }
  return table;
}
