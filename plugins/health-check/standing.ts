import { EjectionTime, type EjectionRules } from './ejection-time.ts';
import { RequestJudge, type RequestRules } from './request-judge.ts';
import type { Met } from './request-window.ts';
import type { Condition } from './tokens.ts';

export interface ProbeRules {
  /** Good probes in a row until a backend that was down is up. */
  readonly rise: number;
  /** Bad probes in a row until it is down. */
  readonly fall: number;
}

export type StandingRules = ProbeRules & RequestRules & EjectionRules;

export interface StandingChange {
  readonly from: Condition;
  readonly to: Condition;
  readonly reason: string;
}

/** How one backend stands, by its probes and by its requests; whoever shares it is told of every change. */
export class Standing {
  readonly listeners = new Set<(change: StandingChange) => void>();
  /** When an ejection ends. */
  returnsAtMs = 0;
  readonly #rules: ProbeRules;
  readonly #judge: RequestJudge;
  readonly #ejectionTime: EjectionTime;
  #isDown = false;
  #isEjected = false;
  /** Probes in a row that speak against how it stands. */
  #contrary = 0;

  constructor(rules: StandingRules) {
    this.#rules = rules;
    this.#judge = new RequestJudge(rules);
    this.#ejectionTime = new EjectionTime(rules);
  }

  get condition(): Condition {
    if (this.#isDown) return 'down';
    return this.#isEjected ? 'ejected' : 'healthy';
  }

  get isHealthy(): boolean {
    return !this.#isDown && !this.#isEjected;
  }

  /** A probe was good, or had this problem. */
  probed(problem: string | undefined, nowMs: number): StandingChange | undefined {
    const isContrary = (problem === undefined) === this.#isDown;
    this.#contrary = isContrary ? this.#contrary + 1 : 0;
    if (problem === undefined) return this.#probedWell(nowMs);
    if (this.#isDown || this.#contrary < this.#rules.fall) return undefined;
    return this.#change(`probe: ${problem}`, () => this.#setDown(true));
  }

  /** Why it should be ejected after what a request met; undefined while it should not, or is out already. */
  judge(met: Met, nowMs: number): string | undefined {
    return this.isHealthy ? this.#judge.note(met, nowMs) : undefined;
  }

  eject(reason: string, nowMs: number): StandingChange | undefined {
    this.returnsAtMs = nowMs + this.#ejectionTime.next(nowMs);
    return this.#change(reason, () => (this.#isEjected = true));
  }

  /** Ends an ejection that has lasted long enough. */
  returnIfDue(nowMs: number): StandingChange | undefined {
    if (!this.#isEjected || nowMs < this.returnsAtMs) return undefined;
    return this.#change('the ejection is over', () => this.#endEjection(nowMs));
  }

  #probedWell(nowMs: number): StandingChange | undefined {
    if (this.#isDown && this.#contrary < this.#rules.rise) return undefined;
    if (this.isHealthy) return undefined;
    return this.#change('probe succeeded', () => {
      this.#setDown(false);
      this.#endEjection(nowMs);
    });
  }

  #setDown(isDown: boolean): void {
    this.#isDown = isDown;
    this.#contrary = 0;
    if (!isDown) this.#judge.clear();
  }

  #endEjection(nowMs: number): void {
    if (!this.#isEjected) return;
    this.#isEjected = false;
    this.#ejectionTime.end(nowMs);
    this.#judge.clear();
  }

  #change(reason: string, apply: () => void): StandingChange | undefined {
    const from = this.condition;
    apply();
    const to = this.condition;
    if (from === to) return undefined;
    const change = { from, to, reason };
    for (const listener of this.listeners) listener(change);
    return change;
  }
}
