import type { ReadonlyFieldList } from '../../core/index.ts';

/** True when the field stands there once and has a value: of two, servers may take either. */
export function hasIdempotencyKey(fields: Pick<ReadonlyFieldList, 'getAll'>, name: string): boolean {
  const values = fields.getAll(name);
  return values.length === 1 && !/^(?:""|)$/.test(values[0]!);
}
