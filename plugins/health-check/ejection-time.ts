export interface EjectionRules {
  readonly ejectionMs: number;
  readonly maxEjectionMs: number;
}

/** How long a backend is ejected: twice as long each time, and half as long for every `maxEjectionMs` without one. */
export class EjectionTime {
  readonly #rules: EjectionRules;
  #doublings = 0;
  #endedAtMs = 0;

  constructor(rules: EjectionRules) {
    this.#rules = rules;
  }

  /** Length of the ejection that begins now. */
  next(nowMs: number): number {
    const { ejectionMs, maxEjectionMs } = this.#rules;
    const forgotten = Math.floor((nowMs - this.#endedAtMs) / maxEjectionMs);
    this.#doublings = Math.max(0, this.#doublings - forgotten);
    const lengthMs = Math.min(ejectionMs * 2 ** this.#doublings, maxEjectionMs);
    if (lengthMs < maxEjectionMs) this.#doublings++;
    return lengthMs;
  }

  end(nowMs: number): void {
    this.#endedAtMs = nowMs;
  }
}
