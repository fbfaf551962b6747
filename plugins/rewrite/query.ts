/** Changes of a query. */
export interface QueryChanges {
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function nameOf(parameter: string): string {
  const sign = parameter.indexOf('=');
  return decoded(sign < 0 ? parameter : parameter.slice(0, sign));
}

/** Changes queries; what it does not name stays as it came, to the byte. */
export function createQueryChange({
  set,
  remove,
}: QueryChanges): (query: string | undefined) => string | undefined {
  const gone = new Set([...Object.keys(set), ...remove]);
  const added = Object.entries(set).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return (query) => {
    const given = query === undefined || query === '' ? [] : query.split('&');
    const kept = given.filter((parameter) => !gone.has(nameOf(parameter)));
    if (kept.length === given.length && added.length === 0) return query;
    return kept.length + added.length === 0 ? undefined : [...kept, ...added].join('&');
  };
}
