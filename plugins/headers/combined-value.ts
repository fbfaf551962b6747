import type { ReadonlyFieldList } from '../../core/index.ts';

/** All lines of a field as one list (RFC 9110 5.3); undefined when there is none. */
export function combinedValue(fields: ReadonlyFieldList, name: string): string | undefined {
  return fields.has(name) ? fields.getAll(name).join(', ') : undefined;
}
