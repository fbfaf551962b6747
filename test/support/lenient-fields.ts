import type { Leniency } from './readings.ts';

/** Names in lower case, with their values. */
export type Fields = [name: string, value: string][];

/** A reading cannot make sense of the bytes. */
export class Refused extends Error {}

export function refuse(what: string): never {
  throw new Refused(what);
}

const control = String.raw`[\0-\x20\x7f\x85\xa0]`;
const aroundValue = {
  exact: /^[ \t]+|[ \t]+$/g,
  untilNul: /^[ \t]+|[ \t]*(?:\0.*)?$/gs,
  trimmed: new RegExp(`^${control}+|${control}+$`, 'g'),
};

function nameOf(text: string, { blanksBeforeColon, names, junk }: Leniency): string | undefined {
  let name = blanksBeforeColon === 'dropped' ? text.trim() : text;
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
    if (junk === 'skipped') return undefined;
    refuse(`a malformed name ${JSON.stringify(text)}`);
  }
  if (names === 'underscore') name = name.replaceAll('_', '-');
  if (names === 'punctuation') name = name.replace(/[^0-9A-Za-z]/g, '-');
  return name.toLowerCase();
}

function addField(fields: Fields, line: string, leniency: Leniency): void {
  const colon = line.indexOf(':');
  if (colon < 0) {
    if (leniency.junk === 'refused') refuse(`a line without a colon ${JSON.stringify(line)}`);
    return;
  }
  const name = nameOf(line.slice(0, colon), leniency);
  const value = line.slice(colon + 1).replace(aroundValue[leniency.values], '');
  if (leniency.values === 'exact' && /[\0-\x08\x0a-\x1f\x7f]/.test(value) && leniency.junk === 'refused') {
    refuse(`a control character in ${JSON.stringify(line)}`);
  }
  if (name !== undefined) fields.push([name, value]);
}

function addFolded(fields: Fields, line: string, leniency: Leniency): void {
  if (leniency.fold === 'refused') refuse(`a folded line ${JSON.stringify(line)}`);
  if (leniency.fold === 'field') addField(fields, line.trimStart(), { ...leniency, junk: 'skipped' });
  const last = fields.at(-1);
  if (leniency.fold === 'joined' && last !== undefined) last[1] = `${last[1]} ${line.trim()}`.trim();
}

/** The fields of some lines, as that reading understands them. */
export function fieldsOf(lines: readonly string[], leniency: Leniency): Fields {
  const fields: Fields = [];
  for (const line of lines) {
    if (/^[ \t]/.test(line)) addFolded(fields, line, leniency);
    else addField(fields, line, leniency);
  }
  return fields;
}
