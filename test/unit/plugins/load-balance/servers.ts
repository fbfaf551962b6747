import type { Retain } from '../../../../plugins/load-balance/retain.ts';
// Backends and randomness for tests of policies.
import type { Loaded } from '../../../../plugins/load-balance/weights.ts';

export interface Server extends Loaded {
  activeAttempts: number;
}

/** Idle servers of these weights, named a, b, c. */
export function serversOf(...weights: number[]): Server[] {
  return weights.map((weight, index) => ({
    name: String.fromCharCode(97 + index),
    weight,
    activeAttempts: 0,
  }));
}

/** As many servers of the same weight, named like addresses. */
export function manyServers(count: number): Server[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `10.0.${i >> 8}.${i & 255}:8080`,
    weight: 1,
    activeAttempts: 0,
  }));
}

/** Gives these numbers, one after the other. */
export function scripted(...numbers: number[]): () => number {
  return () => {
    const next = numbers.shift();
    if (next === undefined) throw new Error('No number is left.');
    return next;
  };
}

/** The same numbers for the same seed, as even as Math.random: Mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How often each name came. */
export function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Keeps every value, as the gateway does while a configuration holds it. */
export function retaining(): Retain {
  const values = new Map<string, unknown>();
  return <T>(key: string, create: () => T): T => {
    if (!values.has(key)) values.set(key, create());
    return values.get(key) as T;
  };
}
