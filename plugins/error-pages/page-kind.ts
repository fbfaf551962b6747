export type PageKind = 'json' | 'html';

const exact: Readonly<Record<PageKind, RegExp>> = {
  json: /^application\/(?:problem\+)?json$/,
  html: /^(?:text\/html|application\/xhtml\+xml)$/,
};
const family: Readonly<Record<PageKind, string>> = { json: 'application/*', html: 'text/*' };

function weightOf(parameters: readonly string[]): number {
  const weight = parameters.map((each) => each.trim()).find((each) => each.startsWith('q='));
  if (weight === undefined) return 1;
  const number = Number(weight.slice(2));
  return number >= 0 && number <= 1 ? number : 0;
}

/** How much a kind is wanted (RFC 9110 12.5.1): the most exact range counts, and a little more than a wildcard. */
function wish(accept: string, kind: PageKind): number {
  let best = 0;
  let rank = 0;
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';');
    const name = type.trim();
    const isRank = exact[kind].test(name) ? 3 : name === family[kind] ? 2 : name === '*/*' ? 1 : 0;
    if (isRank === 0 || isRank < rank) continue;
    const weight = weightOf(parameters) * (1 + isRank / 10_000);
    best = isRank > rank ? weight : Math.max(best, weight);
    rank = isRank;
  }
  return best;
}

/** The kind of page that the client likes best, of equal ones the first; undefined when it wants none of them. */
export function preferredKind(accept: string | undefined, kinds: readonly PageKind[]): PageKind | undefined {
  if (accept === undefined) return kinds[0];
  let best: PageKind | undefined;
  let bestWish = 0;
  for (const kind of kinds) {
    const found = wish(accept, kind);
    if (found <= bestWish) continue;
    best = kind;
    bestWish = found;
  }
  return best;
}
