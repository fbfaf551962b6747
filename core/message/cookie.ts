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

function valueIn(line: string, name: string): string | undefined {
  for (let at = line.indexOf(name); at >= 0; at = line.indexOf(name, at + 1)) {
    const equals = at + name.length;
    if (line.charCodeAt(equals) !== EQUALS || !isStart(line, at)) continue;
    const end = line.indexOf(';', equals);
    return line.slice(equals + 1, end < 0 ? undefined : end).trim();
  }
  return undefined;
}

/** The value of the first cookie of that name in a request (RFC 6265 5.4), as it was sent; undefined when there is none. */
export function cookieOf(fields: ReadonlyFieldList, name: string): string | undefined {
  const line = fields.get('cookie');
  if (line === undefined) return undefined;
  const value = valueIn(line, name);
  if (value !== undefined) return value;
  // HTTP/2 may split the field (RFC 9113 8.2.3)
  for (const other of fields.getAll('cookie')) {
    const found = other === line ? undefined : valueIn(other, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
