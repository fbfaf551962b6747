import { parseArgs } from 'node:util';
import { Coverage } from './coverage.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { type Target, targets } from './targets.ts';

/*
 * npm run fuzz -- --seconds 600 [--seed 7] [--target requests]
 * Guided by coverage: inputs of a batch that ran code for the first time become seeds themselves.
 */

const batchSize = 20;
const maxSeeds = 5_000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    target: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Date.now() % 0x1_0000_0000);
const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);

function runOne(target: Target, bytes: Buffer, random: Random): void {
  const startedAtMs = performance.now();
  try {
    target.check(bytes, random);
  } catch (error) {
    console.error(`${target.name} broke with seed ${seed} on ${bytes.toString('base64')}`);
    throw error;
  }
  const tookMs = performance.now() - startedAtMs;
  if (tookMs > 1_000) throw new Error(`${target.name} took ${tookMs} ms for ${bytes.toString('base64')}`);
}

async function run(target: Target, seconds: number, random: Random, coverage: Coverage): Promise<void> {
  const seeds = [...target.seeds];
  const endsAtMs = performance.now() + seconds * 1_000;
  let runs = 0;
  while (performance.now() < endsAtMs) {
    const batch = Array.from({ length: batchSize }, () => mutate(seeds, random));
    for (const bytes of batch) runOne(target, bytes, random);
    runs += batchSize;
    const isNew = (await coverage.takeNew()) > 0;
    if (isNew && seeds.length < maxSeeds) seeds.push(...batch);
  }
  console.log(
    `${target.name}: ${runs} runs, ${seeds.length - target.seeds.length} seeds found, ${coverage.size} blocks`,
  );
}

const coverage = new Coverage();
await coverage.start();
console.log(`seed ${seed}`);
const random = new Random(seed);
for (const target of chosen) await run(target, Number(values.seconds) / chosen.length, random, coverage);
