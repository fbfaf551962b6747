import { expect, test } from 'vitest';
import { configurationTarget, startConfigurations } from './configuration-target.ts';
import { Random } from './random.ts';
import { tryAll } from './try-out.ts';

const seed = 20_261_124;

test('every example is accepted, starts and stops, also as data', async () => {
  await using trial = await startConfigurations();
  const { seeds } = configurationTarget;
  await tryAll(configurationTarget, trial, seeds);
  expect(trial.accepted).toBe(seeds.length);
}, 60_000);

test('whatever stands in a configuration, it starts or is refused with places and reasons, and nothing else happens', async () => {
  await using trial = await startConfigurations();
  const random = new Random(seed);
  const { seeds, runsInTests: runs } = configurationTarget;
  const inputs = Array.from({ length: runs }, () => configurationTarget.mutate(seeds, random));
  await tryAll(configurationTarget, trial, inputs);
  expect(trial.accepted).toBeGreaterThan(runs / 20);
  expect(trial.accepted).toBeLessThan(runs / 2);
}, 60_000);
