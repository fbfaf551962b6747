import { formatNumber } from './table.ts';

export type Measure = 'CPU' | 'p99';

/** A ratio that hookway has to reach. */
export interface RatioTarget {
  readonly subject: string;
  readonly versus: string;
  readonly atMost: number;
  /** What is compared; default CPU time per request. */
  readonly measure?: Measure;
}

/** What a small request, a POST and 64 KB have to reach. */
export const againstNpm: readonly RatioTarget[] = [
  { subject: 'hookway', versus: 'http-proxy-3', atMost: 1 / 4 },
  { subject: 'hookway', versus: '@fastify/http-proxy', atMost: 1 / 3 },
];

export interface Verdict {
  readonly line: string;
  readonly isMet: boolean | undefined;
}

/** `ratio` is undefined when one of the two was not measured. */
export function judgeRatio(question: string, target: RatioTarget, ratio: number | undefined): Verdict {
  const goal = `(target ${formatNumber(target.atMost)})`;
  if (ratio === undefined) {
    return {
      line: `${question} ${target.subject} to ${target.versus} ${goal} not measured`,
      isMet: undefined,
    };
  }
  const isMet = ratio <= target.atMost;
  const what = target.measure === undefined ? '' : ` ${target.measure}`;
  const measured = `${question} ${target.subject}${what} ${ratio.toFixed(2)}x ${target.versus}`;
  return { line: `${measured} ${goal} ${isMet ? 'ok' : 'MISSED'}`, isMet };
}

export function judgeAmount(
  subject: string,
  unit: string,
  atMost: number,
  amount: number | undefined,
): Verdict {
  const goal = `(target ${atMost})`;
  if (amount === undefined) return { line: `${subject} ${goal} not measured`, isMet: undefined };
  const isMet = amount <= atMost;
  return { line: `${subject} ${amount.toFixed(1)} ${unit} ${goal} ${isMet ? 'ok' : 'MISSED'}`, isMet };
}
