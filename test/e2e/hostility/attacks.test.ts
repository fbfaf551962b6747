import { afterAll, beforeAll, expect, test } from 'vitest';
import { assault } from '../../attack/assault.ts';
import { attacks } from '../../attack/attacks.ts';
import { Target } from '../../attack/target.ts';

const isFull = process.env['HOOKWAY_FULL'] === '1';
const connections = isFull ? 1_000 : 100;
const forMs = isFull ? 5_000 : 250;

let target: Target;
beforeAll(async () => void (target = await Target.start()));
afterAll(() => target.close());

// how long good clients wait is measured by `npm run attack`; here it is only that they are served
test.each(Object.keys(attacks))(
  'an attack by %s leaves others served and memory bounded',
  async (name) => {
    const { during, connected, memoryMb } = await assault(target, name, { connections, forMs });
    expect(connected).toBeGreaterThanOrEqual(connections);
    expect(during.requests).toBeGreaterThan(0);
    expect(during.failures).toBe(0);
    expect(memoryMb).toBeLessThan(isFull ? 400 : 200);
    expect(target.isAlive).toBe(true);
  },
  60_000,
);
