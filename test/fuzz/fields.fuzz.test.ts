import { test } from 'vitest';
import { fieldTargets } from './field-targets.ts';
import { Random } from './random.ts';
import { tryAll, tryMutated } from './try-out.ts';

const seed = 20_261_124;

test.each(fieldTargets)(
  '$name: whatever stands in them, they are answered, nothing is smuggled to either side, and logs and metrics keep their form',
  async (target) => {
    {
      await using trial = await target.start();
      await tryAll(target, trial, target.seeds);
    }
    await tryMutated(target, new Random(seed), target.runsInTests);
  },
  60_000,
);
