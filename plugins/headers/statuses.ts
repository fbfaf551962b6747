const syntax = /^(?:([1-5])xx|([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?)$/i;

/** First and last status of `404`, `"4xx"` or `"502-504"`; undefined when it is none of these. */
export function rangeOf(text: string | number): readonly [first: number, last: number] | undefined {
  const match = syntax.exec(String(text));
  if (match === null) return undefined;
  const [, hundreds, from, to = from] = match;
  if (hundreds !== undefined) return [Number(hundreds) * 100, Number(hundreds) * 100 + 99];
  const range = [Number(from), Number(to)] as const;
  return range[0] <= range[1] ? range : undefined;
}

/** Whether a status is in one of the ranges. */
export function statusTest(ranges: readonly (string | number)[]): (status: number) => boolean {
  const found = ranges.map((range) => rangeOf(range)!);
  return (status) => found.some(([first, last]) => first <= status && status <= last);
}
