import { FailureWindow } from './failure-window.ts';

export interface BreakerRules {
  /** Share of failures in the window from which on it opens. */
  readonly failureShare: number;
  /** With fewer requests in the window it stays closed. */
  readonly minimumRequests: number;
  readonly windowMs: number;
  /** Time that it stays open before probes are let through. */
  readonly openMs: number;
  /** Requests that are let through then, and have to succeed. */
  readonly probes: number;
}

export type CircuitState = 'closed' | 'open' | 'half-open';

export type OnStateChange = (state: CircuitState, reason: string) => void;

/** For a request that is no probe. */
export const noProbe = 0;

/** Opens when too many requests fail, and closes when enough probes succeed. */
export class Breaker {
  readonly #rules: BreakerRules;
  readonly #now: () => number;
  readonly #onChange: OnStateChange;
  readonly #window: FailureWindow;
  #state: CircuitState = 'closed';
  /** When the next probes are let through: it was open for long enough, or those before them take too long. */
  #nextProbesAtMs = 0;
  /** Counts the times that it was half-open: results of earlier times do not matter. */
  #period = 0;
  #running = 0;
  #succeeded = 0;

  constructor(rules: BreakerRules, now: () => number, onChange: OnStateChange) {
    this.#rules = rules;
    this.#now = now;
    this.#onChange = onChange;
    this.#window = new FailureWindow(rules.windowMs);
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** True when a request may pass now. */
  get admits(): boolean {
    if (this.#state === 'closed' || this.#now() >= this.#nextProbesAtMs) return true;
    return this.#state === 'half-open' && this.#running + this.#succeeded < this.#rules.probes;
  }

  /** Time until it may let requests through. */
  get waitMs(): number {
    return this.#state === 'open' ? Math.max(0, this.#nextProbesAtMs - this.#now()) : 0;
  }

  /** A request passes. Returns what `note` or `leave` is to be told when it is a probe, else `noProbe`. */
  enter(): number {
    if (this.#state === 'closed' || !this.admits) return noProbe;
    if (this.#state === 'open') this.#halfOpen();
    if (this.#now() >= this.#nextProbesAtMs) this.#makeRoom();
    this.#running++;
    return this.#period;
  }

  /** A request that passed has a result. */
  note(isFailure: boolean, probe: number): void {
    if (this.#state === 'closed') this.#noteClosed(isFailure);
    else if (this.#isCurrent(probe)) this.#noteProbe(isFailure);
  }

  /** A probe ended without a result. */
  leave(probe: number): void {
    if (this.#isCurrent(probe)) this.#giveBack();
  }

  #isCurrent(probe: number): boolean {
    return this.#state === 'half-open' && probe === this.#period;
  }

  #noteClosed(isFailure: boolean): void {
    const nowMs = this.#now();
    this.#window.note(isFailure, nowMs);
    if (!isFailure) return;
    const { requests, failures } = this.#window.counts(nowMs);
    const { minimumRequests, failureShare } = this.#rules;
    if (requests < minimumRequests || failures / requests < failureShare) return;
    this.#open(`${Math.round((failures / requests) * 100)} % of ${requests} requests failed`);
  }

  #noteProbe(isFailure: boolean): void {
    this.#giveBack();
    if (isFailure) this.#open('a probe failed');
    else if (++this.#succeeded === this.#rules.probes) this.#close();
  }

  #open(reason: string): void {
    this.#nextProbesAtMs = this.#now() + this.#rules.openMs;
    this.#change('open', reason);
  }

  #halfOpen(): void {
    this.#period++;
    this.#succeeded = 0;
    this.#change('half-open', 'its time is over');
  }

  /** A client that sends its body slowly must not hold a place for as long as it likes; results still count. */
  #makeRoom(): void {
    this.#running = 0;
    this.#nextProbesAtMs = this.#now() + this.#rules.openMs;
  }

  /** A probe is over; its place may have been given to another. */
  #giveBack(): void {
    if (this.#running > 0) this.#running--;
  }

  #close(): void {
    this.#window.clear();
    this.#change('closed', `${this.#rules.probes} probes succeeded`);
  }

  #change(state: CircuitState, reason: string): void {
    this.#state = state;
    this.#onChange(state, reason);
  }
}
