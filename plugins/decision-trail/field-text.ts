import type { TrailRecord } from './record.ts';

/** JSON in printable ASCII, as field values may be. */
function fieldJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * A record as the value of a field of at most that many bytes: what did nothing is left out first, then the routes, and
 * in the end all but the id.
 */
export function fieldText(record: TrailRecord, maxBytes: number): string {
  const steps = record.steps.filter(({ effects, tookMs }) => effects.length > 0 || tookMs === undefined);
  const omittedSteps = record.omittedSteps + record.steps.length - steps.length;
  const quieter = { ...record, steps, omittedSteps };
  const candidates = [record, quieter, { ...quieter, routes: [] }];
  for (const each of candidates) {
    const text = fieldJson(each);
    if (text.length <= maxBytes) return text;
  }
  return fieldJson({ exchange: record.exchange, omittedSteps: omittedSteps + steps.length });
}
