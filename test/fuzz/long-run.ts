import { parseArgs } from 'node:util';
import { Coverage } from './coverage.ts';
import { Random } from './random.ts';
import type { Target, Trial } from './target.ts';
import { targets } from './targets.ts';
import { BrokenPromise, tryAll } from './try-out.ts';
import { Watchdog } from './watchdog.ts';

/* Guided by coverage: inputs of a batch that ran code for the first time become seeds themselves. */

const batchSize = 20;
const batchesPerTrial = 50;
const maxSeeds = 5_000;
/** More would say the same again. */
const maxBroken = 10;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    target: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Date.now() % 0x1_0000_0000);
const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);
if (chosen.length === 0) {
  throw new Error(`no target ${values.target}; there are: ${targets.map(({ name }) => name).join(', ')}`);
}

/** One target for as long as it is given. */
class Campaign {
  readonly target: Target;
  runs = 0;
  broken = 0;
  readonly seeds: Buffer[];
  /** What is being tried. */
  batch: readonly Buffer[] = [];
  readonly #random: Random;
  readonly #coverage: Coverage;

  constructor(target: Target, random: Random, coverage: Coverage) {
    this.target = target;
    this.#random = random;
    this.#coverage = coverage;
    this.seeds = [...target.seeds];
  }

  async last(seconds: number): Promise<void> {
    const endsAtMs = performance.now() + seconds * 1_000;
    while (performance.now() < endsAtMs && this.broken < maxBroken) {
      await using trial = await this.target.start();
      for (let batch = 0; batch < batchesPerTrial && performance.now() < endsAtMs; batch++) {
        if (!(await this.#try(trial))) break;
      }
    }
  }

  /** Whether the set-up is still good for more. */
  async #try(trial: Trial): Promise<boolean> {
    const batch = Array.from({ length: batchSize }, () => this.target.mutate(this.seeds, this.#random));
    this.batch = batch;
    watchdog.watch(this.target.name, batch);
    this.runs += batchSize;
    try {
      await tryAll(this.target, trial, batch);
    } catch (error) {
      this.broken++;
      process.exitCode = 1;
      console.error((error as Error).message);
      return false;
    }
    const isNew = (await this.#coverage.takeNew()) > 0;
    if (isNew && this.seeds.length < maxSeeds) this.seeds.push(...batch);
    return true;
  }
}

const watchdog = new Watchdog();
let campaign: Campaign | undefined;

// whatever nobody caught would end a gateway, too
process.on('uncaughtException', (error) => {
  console.error(
    campaign === undefined ? error : new BrokenPromise(campaign.target, campaign.batch, error).message,
  );
  process.exit(1);
});

const coverage = new Coverage();
await coverage.start();
console.log(`seed ${seed}`);
for (const target of chosen) {
  // each its own chance, so that one can be repeated by itself
  campaign = new Campaign(target, new Random(seed), coverage);
  await campaign.last(Number(values.seconds) / chosen.length);
  const { runs, broken, seeds } = campaign;
  const found = seeds.length - target.seeds.length;
  console.log(
    `${target.name}: ${runs} runs, ${broken} broken, ${found} seeds found, ${coverage.size} blocks`,
  );
}
