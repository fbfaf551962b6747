import type { ReadonlyFieldList } from '../../core/index.ts';

function valueIn(line: string, name: string): string | undefined {
  for (let at = line.indexOf(name); at >= 0; at = line.indexOf(name, at + 1)) {
    const equals = at + name.length;
    if (line[equals] !== '=' || !(at === 0 || line[at - 1] === ' ' || line[at - 1] === ';')) continue;
    const end = line.indexOf(';', equals);
    return line.slice(equals + 1, end < 0 ? undefined : end).trim();
  }
  return undefined;
}

/** The value of the first cookie of that name (RFC 6265 5.4), as it was sent. */
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
