import type { ReadonlyFieldList } from './field-list.ts';

const TAB = 0x09;
const SPACE = 0x20;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

/** Whether a pair begins at that place: only blanks are between it and the semicolon before. */
function isStart(line: string, at: number): boolean {
  for (let before = at - 1; before >= 0; before--) {
    const code = line.charCodeAt(before);
    if (code !== SPACE && code !== TAB) return code === SEMICOLON;
  }
  return true;
}

/** Place of the `=` of the first cookie of that name from a place on; -1 when there is none. */
function find(line: string, name: string, from: number): number {
  for (let at = line.indexOf(name, from); at >= 0; at = line.indexOf(name, at + 1)) {
    const equals = at + name.length;
    if (line.charCodeAt(equals) === EQUALS && isStart(line, at)) return equals;
  }
  return -1;
}

function valueBehind(line: string, equals: number): string {
  const end = line.indexOf(';', equals);
  return line.slice(equals + 1, end < 0 ? undefined : end).trim();
}

/** The value of the first cookie of that name in a request (RFC 6265 5.4), as it was sent; undefined when there is none. */
export function cookieOf(fields: ReadonlyFieldList, name: string): string | undefined {
  const line = fields.get('cookie');
  if (line === undefined) return undefined;
  const equals = find(line, name, 0);
  // HTTP/2 may split the field (RFC 9113 8.2.3)
  return equals >= 0 ? valueBehind(line, equals) : cookiesOf(fields, name)[0];
}

/** The values of all cookies of that name in a request, in the order in which they were sent. */
export function cookiesOf(fields: ReadonlyFieldList, name: string): string[] {
  const values: string[] = [];
  for (const line of fields.getAll('cookie')) {
    for (let equals = find(line, name, 0); equals >= 0; equals = find(line, name, equals)) {
      values.push(valueBehind(line, equals));
    }
  }
  return values;
}
