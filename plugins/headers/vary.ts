import { type FieldList, listHas } from '../../core/index.ts';

/** Says that the response depends on a field of the request, unless it says so already. */
export function addVary(fields: FieldList, name: string): void {
  const given = fields.get('vary');
  if (given === undefined) {
    fields.append('Vary', name);
    return;
  }
  const lower = name.toLowerCase();
  const isSaid = fields.getAll('vary').some((list) => list.trim() === '*' || listHas(list, lower));
  if (!isSaid) fields.append('Vary', name);
}
