import { describe, expect, test, vi } from 'vitest';
import type { Fault } from './backends.ts';
import { runCell } from './cell.ts';
import { faults } from './faults.ts';
import { kinds } from './kinds.ts';
import { readFaultTable } from './table.ts';

vi.setConfig({ maxConcurrency: 12 });

const kindNames = Object.keys(kinds);
const table = readFaultTable(kindNames);

test('docs/faults.md has every fault, and for each every kind of request', () => {
  expect([...table.keys()]).toEqual(Object.keys(faults));
  for (const [fault, ofFault] of table)
    expect([...ofFault.keys()].sort(), fault).toEqual(kindNames.toSorted());
});

/** All variants for the first kind of request, one for each of the others, another one in turn. */
function variantsFor(variants: readonly Fault[], kind: number): readonly Fault[] {
  return kind === 0 ? variants : [variants[kind % variants.length]!];
}

describe.concurrent.each(Object.entries(faults))('a backend that %s', (fault, variants) => {
  test.each([...table.get(fault)!].filter(([, expected]) => expected !== undefined))(
    '%s',
    async (kindName, expected) => {
      const kind = kinds[kindName]!;
      for (const variant of variantsFor(variants, kindNames.indexOf(kindName))) {
        expect(await runCell(variant, kind, false), 'alone').toBe(expected!.alone);
        expect(await runCell(variant, kind, true), 'with retry').toBe(expected!.withRetry);
      }
    },
  );
});

test('no socket is left when all is over', async () => {
  const sockets = (): number =>
    process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP')).length;
  await expect.poll(sockets).toBe(0);
});
