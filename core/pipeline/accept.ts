/** True when the client would rather read text than JSON (RFC 9110 12.5.1). */
export function prefersText(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  const json = qualityOf(accept, /^application\/(problem\+)?json$/, 'application');
  const text = qualityOf(accept, /^text\/(plain|html)$/, 'text');
  return text > json;
}

/** The best quality that the ranges give to a type; an exact name counts a little more than a wildcard. */
function qualityOf(accept: string, exact: RegExp, family: string): number {
  let best = 0;
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = weight === undefined ? 1 : Number(weight.slice(2)) || 0;
    if (exact.test(type)) best = Math.max(best, quality * 1.001);
    else if (type === '*/*' || type === `${family}/*`) best = Math.max(best, quality);
  }
  return best;
}
