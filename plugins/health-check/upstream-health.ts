import type { Backend, Upstream } from '../../core/index.ts';
import type { Clock } from './clock.ts';
import type { Met } from './request-window.ts';
import type { Standing, StandingChange } from './standing.ts';
import type { HealthChange } from './tokens.ts';

export interface ShareRules {
  /** Share of the backends that may be out when one more is to be ejected. */
  readonly maxEjectedShare: number;
  /** Below this share of healthy backends, all of them are used. */
  readonly panicShare: number;
}

/** Told of what is to be logged, once each. */
export interface HealthReporter {
  onChange(change: HealthChange): void;
  onPanic(upstream: string, isPanic: boolean): void;
}

/** The health of one upstream's backends, in one configuration; the standings may be shared with another. */
export class UpstreamHealth {
  /** True while there is nothing to narrow. */
  isAllHealthy = true;
  readonly #upstream: Upstream;
  readonly #standings: ReadonlyMap<Backend, Standing>;
  readonly #rules: ShareRules;
  readonly #clock: Clock;
  readonly #reporter: HealthReporter;
  readonly #listeners: ((change: HealthChange) => void)[] = [];
  readonly #endings: (() => void)[] = [];
  readonly #returns = new Map<Backend, () => void>();
  #healthy: readonly Backend[];
  #isPanic = false;
  #reportedPanic: boolean;

  constructor(
    upstream: Upstream,
    standingOf: (backend: Backend) => Standing,
    rules: ShareRules,
    clock: Clock,
    reporter: HealthReporter,
  ) {
    this.#upstream = upstream;
    this.#standings = new Map(upstream.backends.map((backend) => [backend, standingOf(backend)]));
    this.#rules = rules;
    this.#clock = clock;
    this.#reporter = reporter;
    this.#healthy = upstream.candidates;
    for (const [backend, standing] of this.#standings) this.#follow(backend, standing);
    this.#refresh();
    this.#reportedPanic = this.#isPanic;
  }

  get name(): string {
    return this.#upstream.name;
  }

  /** Too few are healthy, so all are used. */
  get isPanic(): boolean {
    return this.#isPanic;
  }

  get standings(): ReadonlyMap<Backend, Standing> {
    return this.#standings;
  }

  /** Calls `listener` after every change, whoever caused it. */
  onChange(listener: (change: HealthChange) => void): void {
    this.#listeners.push(listener);
  }

  /** The healthy ones among the candidates; all of them when too few would be left. */
  narrow(candidates: readonly Backend[]): readonly Backend[] {
    if (candidates === this.#upstream.candidates) return this.#isPanic ? candidates : this.#healthy;
    const healthy = candidates.filter((backend) => this.#standings.get(backend)?.isHealthy !== false);
    return this.#isTooFew(healthy.length, candidates.length) ? candidates : healthy;
  }

  onRequest(backend: Backend, met: Met): void {
    const standing = this.#standings.get(backend);
    if (standing === undefined) return;
    const nowMs = this.#clock.now();
    const reason = standing.judge(met, nowMs);
    if (reason === undefined || !this.#mayEject) return;
    this.#report(backend, standing.eject(reason, nowMs));
  }

  onProbe(backend: Backend, problem: string | undefined): void {
    this.#report(backend, this.#standings.get(backend)?.probed(problem, this.#clock.now()));
  }

  close(): void {
    for (const ending of this.#endings) ending();
    for (const cancel of this.#returns.values()) cancel();
  }

  get #mayEject(): boolean {
    const { length } = this.#upstream.candidates;
    return (length - this.#healthy.length + 1) / length <= this.#rules.maxEjectedShare;
  }

  #isTooFew(healthy: number, all: number): boolean {
    return healthy / all < this.#rules.panicShare;
  }

  #follow(backend: Backend, standing: Standing): void {
    const listener = ({ from, to, reason }: StandingChange): void => {
      this.#refresh();
      this.#scheduleReturn(backend, standing);
      for (const each of this.#listeners) each({ backend, upstream: this.name, from, to, reason });
    };
    standing.listeners.add(listener);
    this.#endings.push(() => standing.listeners.delete(listener));
    this.#scheduleReturn(backend, standing);
  }

  #refresh(): void {
    const { candidates } = this.#upstream;
    const healthy = candidates.filter((backend) => this.#standings.get(backend)!.isHealthy);
    this.isAllHealthy = healthy.length === candidates.length;
    this.#healthy = this.isAllHealthy ? candidates : healthy;
    this.#isPanic = this.#isTooFew(this.#healthy.length, candidates.length);
  }

  #scheduleReturn(backend: Backend, standing: Standing): void {
    this.#returns.get(backend)?.();
    this.#returns.delete(backend);
    if (standing.condition !== 'ejected') return;
    const inMs = standing.returnsAtMs - this.#clock.now();
    this.#returns.set(
      backend,
      this.#clock.setTimeout(() => this.#onReturn(backend, standing), Math.max(0, Math.ceil(inMs))),
    );
  }

  #onReturn(backend: Backend, standing: Standing): void {
    const change = standing.returnIfDue(this.#clock.now());
    if (change === undefined) this.#scheduleReturn(backend, standing); // a timer may be early by a part of a millisecond
    this.#report(backend, change);
  }

  #report(backend: Backend, change: StandingChange | undefined): void {
    if (change === undefined) return;
    this.#reporter.onChange({ backend, upstream: this.name, ...change });
    if (this.#reportedPanic === this.#isPanic) return;
    this.#reportedPanic = this.#isPanic;
    this.#reporter.onPanic(this.name, this.#isPanic);
  }
}
