import { forEachListMember, remember } from '../../core/index.ts';

/** Weights by coding, in lower case (RFC 9110 12.5.3). */
function weightsOf(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  forEachListMember(header, (member) => {
    const [coding = '', ...parameters] = member.toLowerCase().split(';');
    const weight = parameters.map((each) => each.trim()).find((each) => /^q\s*=/.test(each));
    weights.set(
      coding.trim().replace(/^x-gzip$/, 'gzip'),
      weight === undefined ? 1 : weightOf(weight.slice(2)),
    );
  });
  return weights;
}

/** 0 for what is malformed. */
function weightOf(text: string): number {
  return /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}

/**
 * The coding that the client likes best, of equal ones the first; undefined when it would rather have none, or accepts
 * none of them.
 */
export function preferredCoding<Coding extends string>(
  header: string | undefined,
  codings: readonly Coding[],
): Coding | undefined {
  if (header === undefined) return undefined; // RFC 9110 would allow any; clients that say nothing know none
  const weights = weightsOf(header);
  let best: Coding | undefined;
  let bestWeight = weights.get('identity') ?? 0;
  for (const coding of codings) {
    const weight = weights.get(coding) ?? weights.get('*') ?? 0;
    if (weight > bestWeight || (weight === bestWeight && weight > 0 && best === undefined)) {
      best = coding;
      bestWeight = weight;
    }
  }
  return best;
}

const rememberAtMost = 256;

/** As preferredCoding, but remembers answers: clients send few headers, many times. */
export function createNegotiation<Coding extends string>(
  codings: readonly Coding[],
): (header: string | undefined) => Coding | undefined {
  return remember((header) => preferredCoding(header, codings), rememberAtMost);
}
