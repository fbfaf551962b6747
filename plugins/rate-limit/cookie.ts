const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

/** The value of a cookie in the Cookie fields of a request, as it was sent; undefined when there is none. */
export function cookieIn(fields: readonly string[], name: string): string | undefined {
  for (const field of fields) {
    let start = 0;
    while (start < field.length) {
      const semicolon = field.indexOf(';', start);
      const end = semicolon < 0 ? field.length : semicolon;
      while (start < end && isBlank(field.charCodeAt(start))) start++;
      if (field.startsWith(name, start) && field[start + name.length] === '=') {
        return field.slice(start + name.length + 1, end).trim();
      }
      start = end + 1;
    }
  }
  return undefined;
}
