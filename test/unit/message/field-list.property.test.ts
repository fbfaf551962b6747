import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FieldBlock } from '../../../core/message/field-block.ts';
import { FieldList } from '../../../core/message/field-list.ts';
import { parsedFields } from '../../support/heads.ts';

type Pair = [name: string, value: string];

/** What a field list is, written as simply as possible. */
class Model {
  pairs: Pair[];

  constructor(pairs: readonly Pair[]) {
    this.pairs = pairs.map((pair) => [...pair]);
  }

  is(name: string, [each]: Pair): boolean {
    return each.toLowerCase() === name.toLowerCase();
  }

  getAll(name: string): string[] {
    return this.pairs.filter((pair) => this.is(name, pair)).map(([, value]) => value);
  }

  set(name: string, value: string): void {
    const at = this.pairs.findIndex((pair) => this.is(name, pair));
    const place = at < 0 ? this.pairs.length : at;
    this.pairs = this.pairs.filter((pair) => !this.is(name, pair));
    this.pairs.splice(place, 0, [name, value]);
  }

  delete(name: string): boolean {
    const before = this.pairs.length;
    this.pairs = this.pairs.filter((pair) => !this.is(name, pair));
    return this.pairs.length < before;
  }
}

const name = fc.constantFrom('a', 'A', 'b', 'B', 'x-long-name', 'X-Long-Name', 'c');
const value = fc
  .string({ unit: fc.constantFrom('a', ' ', ',', '\t', 'é'), maxLength: 4 })
  .map((text) => text.trim());
const pair: fc.Arbitrary<Pair> = fc.tuple(name, value);
const step = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), name, value }),
  fc.record({ kind: fc.constant('append' as const), name, value }),
  fc.record({ kind: fc.constant('delete' as const), name }),
  fc.record({ kind: fc.constant('clone' as const) }),
  fc.record({ kind: fc.constant('appendBlock' as const), pairs: fc.array(pair, { maxLength: 3 }) }),
);

function start(pairs: readonly Pair[], isParsed: boolean): FieldList {
  if (isParsed) return parsedFields(...pairs.map(([each, text]) => `${each}: ${text}`));
  return new FieldList(pairs.flat());
}

test('a field list behaves like a list of pairs, whatever is done to it', () => {
  const property = fc.property(
    fc.array(pair, { maxLength: 6 }),
    fc.boolean(),
    fc.array(step, { maxLength: 8 }),
    (pairs, isParsed, steps) => {
      let list = start(pairs, isParsed);
      const model = new Model(pairs);
      for (const each of steps) {
        if (each.kind === 'clone') list = list.clone();
        else if (each.kind === 'appendBlock') {
          list.appendBlock(FieldBlock.from(each.pairs));
          model.pairs.push(...each.pairs);
        } else if (each.kind === 'delete') expect(list.delete(each.name)).toBe(model.delete(each.name));
        else if (each.kind === 'set') {
          list.set(each.name, each.value);
          model.set(each.name, each.value);
        } else {
          list.append(each.name, each.value);
          model.pairs.push([each.name, each.value]);
        }
        expect([...list]).toEqual(model.pairs);
      }
      expect(list.size).toBe(model.pairs.length);
      expect(list.lines).toBe(model.pairs.map(([each, text]) => `${each}: ${text}\r\n`).join(''));
      for (const asked of ['a', 'B', 'X-LONG-NAME', 'none']) {
        expect(list.getAll(asked)).toEqual(model.getAll(asked));
        expect(list.get(asked)).toBe(model.getAll(asked)[0]);
        expect(list.has(asked)).toBe(model.getAll(asked).length > 0);
      }
    },
  );
  fc.assert(property, { seed: 1, numRuns: 400 });
});
