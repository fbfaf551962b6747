import { expect, test } from 'vitest';
import { soak } from '../soak/soak.ts';
import { complaintsOf } from '../soak/verdict.ts';

// a long one is `npm run soak -- --minutes 10`
test('mixed traffic with faults, aborts and reloads loses nothing and leaves nothing behind', async () => {
  const report = await soak({ seconds: 8, clients: 16, seed: 7, sampleEveryMs: 1_000, reloadEveryMs: 700 });
  expect(complaintsOf(report)).toEqual([]);
  const ends = Object.keys(report.ends.clients).map((end) => end.split(' ')[1]);
  expect(new Set(ends)).toEqual(new Set(['ok', 'cut', 'failed', 'left', 'switched']));
  expect(report.ends.gateway.reloads).toBeGreaterThan(3);
}, 60_000);
