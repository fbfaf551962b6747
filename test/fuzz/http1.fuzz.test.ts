import { expect, test } from 'vitest';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { targets } from './targets.ts';

const seed = 20_261_124;
const runs = 6_000;

test.each(targets)('$name that are mutated are read or refused, the same however they are cut', (target) => {
  const random = new Random(seed);
  for (let run = 0; run < runs; run++) {
    const bytes = mutate(target.seeds, random);
    expect(() => target.check(bytes, random), JSON.stringify(bytes.toString('latin1'))).not.toThrow();
  }
});
