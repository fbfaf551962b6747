import { test } from 'vitest';
import { messageTargets } from './message-targets.ts';
import { Random } from './random.ts';
import { tryMutated } from './try-out.ts';

const seed = 20_261_124;

test.each(messageTargets)(
  '$name that are mutated are read or refused, the same however they are cut',
  (target) => tryMutated(target, new Random(seed), target.runsInTests),
);
