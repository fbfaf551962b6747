/** Text as it stands, or the name of a value that takes its place. */
export type TemplatePart = string | { readonly name: string };

const placeholder = /\{(?:\{|([^{}]*)\})/g;

/**
 * Reads `text {name} text`. `{{` stands for one `{`; a `}` that closes nothing stands for itself.
 * @throws Error for a `{` without its `}`.
 */
export function parseTemplate(text: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let literal = '';
  let from = 0;
  const take = (until: number): void => {
    const piece = text.slice(from, until);
    if (piece.includes('{')) throw new Error('a "{" has no "}"; "{{" stands for one "{"');
    literal += piece;
  };
  for (const match of text.matchAll(placeholder)) {
    take(match.index);
    from = match.index + match[0].length;
    if (match[1] === undefined) {
      literal += '{';
      continue;
    }
    if (literal !== '') parts.push(literal);
    parts.push({ name: match[1] });
    literal = '';
  }
  take(text.length);
  if (literal !== '') parts.push(literal);
  return parts;
}

/** Writes what the parts give, one behind the other. */
export function joinParts<T>(
  parts: readonly TemplatePart[],
  readerOf: (name: string) => (source: T) => string,
): (source: T) => string {
  const readers = parts.map((part) => (typeof part === 'string' ? () => part : readerOf(part.name)));
  if (readers.length === 1) return readers[0]!;
  return (source) => {
    let text = '';
    for (const read of readers) text += read(source);
    return text;
  };
}
