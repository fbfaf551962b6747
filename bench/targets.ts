/** A number from the issue that hookway has to reach. */
export interface RatioTarget {
  readonly subject: string;
  readonly versus: string;
  readonly atMost: number;
}

export interface Verdict {
  readonly line: string;
  readonly isMet: boolean | undefined;
}

/** `ratio` is undefined when one of the two was not measured. */
export function judgeRatio(question: string, target: RatioTarget, ratio: number | undefined): Verdict {
  const goal = `(target ${target.atMost})`;
  if (ratio === undefined) {
    return {
      line: `${question} ${target.subject} to ${target.versus} ${goal} not measured`,
      isMet: undefined,
    };
  }
  const isMet = ratio <= target.atMost;
  const measured = `${question} ${target.subject} ${ratio.toFixed(2)}x ${target.versus}`;
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
