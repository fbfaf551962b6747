import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FieldList } from '../../../../core/index.ts';
import { addingMissing, settingAll } from '../../../../plugins/security-headers/missing-fields.ts';

const added = [
  ['X-A', 'ours'],
  ['X-B', 'ours'],
  ['X-C', 'ours'],
] as const;
const present = fc.array(fc.tuple(fc.constantFrom('x-a', 'X-B', 'x-c', 'x-d'), fc.constant('theirs')));

test('what is there stays, what is missing is added once', () => {
  const add = addingMissing(added);
  fc.assert(
    fc.property(present, (before) => {
      const fields = FieldList.from(before);
      add(fields);
      for (const [name] of added) {
        const theirs = before.filter(([other]) => other === name.toLowerCase() || other === name);
        expect(fields.getAll(name)).toEqual(theirs.length > 0 ? theirs.map(() => 'theirs') : ['ours']);
      }
    }),
  );
});

test('where all are set, none of theirs is left', () => {
  const set = settingAll(added);
  fc.assert(
    fc.property(present, (before) => {
      const fields = FieldList.from(before);
      set(fields);
      for (const [name] of added) expect(fields.getAll(name)).toEqual(['ours']);
      expect(fields.getAll('x-d')).toHaveLength(before.filter(([name]) => name === 'x-d').length);
    }),
  );
});
