import { FieldBlock, type FieldList } from '../../core/index.ts';

type Field = readonly [name: string, value: string];

/** Adds fields to many lists. */
export type Addition = (fields: FieldList) => void;

/** Finds out in one go whether any of the names is there, which most often none is. */
function anyOf(names: readonly string[]): RegExp {
  return names.length === 0 ? /(?!)/ : new RegExp(`^(?:${names.join('|')}):`, 'im');
}

function namesOf(fields: readonly Field[]): string[] {
  return fields.map(([name]) => name.toLowerCase());
}

/** Sets the fields, whatever is there. */
export function settingAll(added: readonly Field[]): Addition {
  const names = namesOf(added);
  const any = anyOf(names);
  const block = FieldBlock.from(added);
  return (fields) => {
    if (any.test(fields.lines)) for (const name of names) fields.delete(name);
    fields.appendBlock(block);
  };
}

/** Adds those of the fields that are not there; each set of them that is missing is written once. */
export function addingMissing(added: readonly Field[]): Addition {
  const names = namesOf(added);
  const any = anyOf(names);
  const whole = FieldBlock.from(added);
  const blocks: FieldBlock[] = [];
  return (fields) => {
    if (!any.test(fields.lines)) {
      fields.appendBlock(whole);
      return;
    }
    let missing = 0;
    for (let i = 0; i < names.length; i++) if (!fields.has(names[i]!)) missing |= 1 << i;
    const block = (blocks[missing] ??= FieldBlock.from(added.filter((_, i) => (missing & (1 << i)) !== 0)));
    fields.appendBlock(block);
  };
}
