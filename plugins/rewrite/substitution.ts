/** What takes the place of a match; undefined for no match. */
export type Substitution = (path: string) => { path: string; query: string | undefined } | undefined;

/** A group is a number or a name. */
type Part = string | { readonly group: number | string };

const reference = /\$(?:\$|<([^>]*)>|([0-9]{1,2}))/g;

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(reference)) {
    parts.push(text.slice(from, match.index));
    const [, name, number] = match;
    if (name !== undefined) parts.push({ group: name });
    else parts.push(number === undefined ? '$' : { group: Number(number) });
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts.filter((part) => part !== '');
}

function checkLiteral(text: string): void {
  if (!/^[\x21-\x7e]*$/.test(text) || /[#\\]/.test(text))
    throw new Error('has a character that cannot stand in a path; percent-encode it');
  if (text.includes('$')) throw new Error('has a "$" that names no group; "$$" stands for one "$"');
}

function groupOf(match: RegExpExecArray, group: number | string): string {
  return (typeof group === 'number' ? match[group] : match.groups![group]) ?? '';
}

/** @throws Error for a group that the pattern does not have. */
function checkGroups(pattern: RegExp, parts: readonly Part[]): void {
  const every = new RegExp(`${pattern.source}|`, 'u').exec('')!;
  for (const part of parts) {
    if (typeof part === 'string') {
      if (part !== '$') checkLiteral(part);
      continue;
    }
    const { group } = part;
    const isKnown =
      typeof group === 'number' ? group < every.length : Object.hasOwn(every.groups ?? {}, group);
    if (!isKnown) throw new Error(`there is no group ${group} in the pattern`);
  }
}

function write(parts: readonly Part[], match: RegExpExecArray, encode: (text: string) => string): string {
  let text = '';
  for (const part of parts) text += typeof part === 'string' ? part : encode(groupOf(match, part.group));
  return text;
}

/** Part of a path as a value in a query: it must not begin another parameter. */
function inQuery(text: string): string {
  return text.replace(/[&=+;]/g, encodeURIComponent);
}

/**
 * Replaces the first match of the pattern. `$1` and `$<name>` stand for groups, `$$` for a dollar; behind a `?` comes
 * the query.
 * @throws Error for a replacement that does not fit the pattern, or is not fit for a path.
 */
export function createSubstitution(pattern: RegExp, replacement: string): Substitution {
  const mark = replacement.indexOf('?');
  const pathParts = partsOf(mark < 0 ? replacement : replacement.slice(0, mark));
  const queryParts = mark < 0 ? undefined : partsOf(replacement.slice(mark + 1));
  checkGroups(pattern, [...pathParts, ...(queryParts ?? [])]);
  return (path) => {
    const match = pattern.exec(path);
    if (match === null) return undefined;
    const replaced = write(pathParts, match, (text) => text);
    const rest = path.slice(match.index + match[0].length);
    return {
      path: path.slice(0, match.index) + replaced + rest,
      query: queryParts === undefined ? undefined : write(queryParts, match, inQuery),
    };
  };
}
