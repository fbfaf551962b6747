import type { Random } from './random.ts';
import type { Regression, Target, Trial } from './target.ts';

/** An input that broke a promise, in the form in which it is kept. */
export class BrokenPromise extends Error {
  constructor({ name }: Target, inputs: readonly Buffer[], cause: unknown) {
    const lines = inputs.map((input): string => {
      const regression: Regression = { target: name, input: input.toString('latin1'), broke: String(cause) };
      return JSON.stringify(regression);
    });
    super(`${name} broke. For test/fuzz/regressions.jsonl:\n${lines.join('\n')}`, { cause });
    this.name = 'BrokenPromise';
  }
}

const longestCheckMs = 5_000;
const batchSize = 100;

async function check(trial: Trial, input: Buffer): Promise<void> {
  const startedAtMs = performance.now();
  await trial.check(input);
  const tookMs = performance.now() - startedAtMs;
  if (tookMs > longestCheckMs) throw new Error(`took ${Math.round(tookMs)} ms`);
}

/** Tries one input, by itself. */
async function tryOne(target: Target, input: Buffer): Promise<void> {
  await using trial = await target.start();
  try {
    await check(trial, input);
    await trial.settle?.();
  } catch (error) {
    throw new BrokenPromise(target, [input], error);
  }
}

/** The inputs that are enough to break something: the first that does so by itself, or all together. */
async function culprits(target: Target, inputs: readonly Buffer[]): Promise<readonly Buffer[]> {
  for (const input of inputs) {
    try {
      await tryOne(target, input);
    } catch {
      return [input];
    }
  }
  return inputs;
}

/** Tries inputs one after another; throws a BrokenPromise with those that broke something. */
export async function tryAll(target: Target, trial: Trial, inputs: readonly Buffer[]): Promise<void> {
  for (const input of inputs) {
    try {
      await check(trial, input);
    } catch (error) {
      throw new BrokenPromise(target, [input], error);
    }
  }
  try {
    await trial.settle?.();
  } catch (error) {
    throw new BrokenPromise(target, await culprits(target, inputs), error);
  }
}

/** As many mutated inputs, in batches. */
export async function tryMutated(target: Target, random: Random, runs: number): Promise<void> {
  await using trial = await target.start();
  for (let run = 0; run < runs; run += batchSize) {
    const size = Math.min(batchSize, runs - run);
    await tryAll(
      target,
      trial,
      Array.from({ length: size }, () => target.mutate(target.seeds, random)),
    );
  }
}
