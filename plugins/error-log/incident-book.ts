import { causesOf } from './causes.ts';
import type { Incident, IncidentList } from './tokens.ts';

/** One failure, as it is told to the book. */
export interface Failure {
  readonly code: string;
  readonly upstream: string | undefined;
  readonly backend: string | undefined;
  readonly plugin: string | undefined;
  readonly hook: string | undefined;
  readonly error: unknown;
  readonly exchange: string;
}

export interface BookLimits {
  /** How long a backend must not have failed before a good answer closes its incidents. */
  readonly recoveryMs: number;
  /** How long nothing of its kind failed before an incident is closed. */
  readonly quietMs: number;
  /** How often an open incident in which failures go on is told of again. */
  readonly reminderMs: number;
  /** Incidents that are open at a time, and that are remembered. */
  readonly maxIncidents: number;
}

export interface BookListener {
  onOpened(incident: Incident, error: unknown): void;
  /** It goes on; so many failures were added since it was told of last. */
  onGoingOn(incident: Incident, added: number): void;
  onClosed(incident: Incident): void;
  /** Kinds beyond `maxIncidents` are not kept; so many failures were theirs. */
  onUnkept(failures: number): void;
}

class OpenIncident implements Incident {
  readonly number: number;
  readonly code: string;
  readonly upstream: string | undefined;
  readonly backend: string | undefined;
  readonly plugin: string | undefined;
  readonly hook: string | undefined;
  readonly causes: Incident['causes'];
  readonly exchange: string;
  readonly openedAtMs: number;
  lastAtMs: number;
  failures = 1;
  madeGood = 0;
  closedAt: Date | undefined = undefined;
  closedBy: Incident['closedBy'] = undefined;
  /** The backend has answered well since the last failure. */
  hasGoodAnswer = false;
  toldAtMs: number;
  toldFailures = 1;

  constructor(number: number, failure: Failure, nowMs: number) {
    this.number = number;
    this.code = failure.code;
    this.upstream = failure.upstream;
    this.backend = failure.backend;
    this.plugin = failure.plugin;
    this.hook = failure.hook;
    this.causes = causesOf(failure.error);
    this.exchange = failure.exchange;
    this.openedAtMs = this.lastAtMs = this.toldAtMs = nowMs;
  }

  get openedAt(): Date {
    return new Date(this.openedAtMs);
  }

  get lastAt(): Date {
    return new Date(this.lastAtMs);
  }

  /** Whether a good answer of that backend is one to this; of the upstream as a whole, any of its backends will do. */
  isOf(upstream: string | undefined, backend: string): boolean {
    if (this.plugin !== undefined || this.upstream !== upstream) return false;
    return this.backend === undefined || this.backend === backend;
  }

  add(nowMs: number): void {
    this.failures++;
    this.lastAtMs = nowMs;
    this.hasGoodAnswer = false;
  }
}

const keyOf = ({ code, upstream, backend, plugin, hook }: Failure): string =>
  JSON.stringify([code, upstream, backend, plugin, hook]);

/** Gathers failures into incidents: told of when they open and close and now and then between, never one by one. */
export class IncidentBook implements IncidentList {
  readonly #limits: BookLimits;
  readonly #listener: BookListener;
  readonly #now: () => number;
  readonly #open = new Map<string, OpenIncident>();
  #closed: OpenIncident[] = [];
  #count = 0;
  #unkept = 0;

  /** `now` gives milliseconds since the epoch. */
  constructor(limits: BookLimits, listener: BookListener, now: () => number) {
    this.#limits = limits;
    this.#listener = listener;
    this.#now = now;
  }

  get openCount(): number {
    return this.#open.size;
  }

  get recent(): Incident[] {
    return [...this.#closed, ...this.#open.values()].sort((a, b) => b.number - a.number);
  }

  fail(failure: Failure): void {
    const key = keyOf(failure);
    const known = this.#open.get(key);
    if (known !== undefined) return known.add(this.#now());
    if (this.#open.size >= this.#limits.maxIncidents) {
      this.#unkept++;
      return;
    }
    const incident = new OpenIncident(++this.#count, failure, this.#now());
    this.#open.set(key, incident);
    this.#listener.onOpened(incident, failure.error);
  }

  /** A failed attempt was made good by another one. */
  makeGood(failure: Failure): void {
    const incident = this.#open.get(keyOf(failure));
    if (incident !== undefined) incident.madeGood++;
  }

  /** A backend has answered well. */
  answeredWell(upstream: string | undefined, backend: string): void {
    for (const incident of this.#open.values()) {
      if (incident.isOf(upstream, backend)) incident.hasGoodAnswer = true;
    }
    if (this.#limits.recoveryMs === 0) this.check();
  }

  /** Closes what is over and tells of what goes on; to be called every now and then. */
  check(): void {
    const nowMs = this.#now();
    for (const [key, incident] of this.#open) {
      const end = this.#endOf(incident, nowMs);
      if (end !== undefined) this.#close(key, incident, end);
      else if (nowMs - incident.toldAtMs >= this.#limits.reminderMs) this.#remind(incident, nowMs);
    }
    if (this.#unkept > 0) this.#listener.onUnkept(this.#unkept);
    this.#unkept = 0;
  }

  /** Closes everything: the gateway ends. */
  end(): void {
    for (const [key, incident] of this.#open) this.#close(key, incident, 'end');
  }

  #endOf({ hasGoodAnswer, lastAtMs }: OpenIncident, nowMs: number): Incident['closedBy'] {
    const quietMs = nowMs - lastAtMs;
    if (hasGoodAnswer && quietMs >= this.#limits.recoveryMs) return 'recovered';
    return quietMs >= this.#limits.quietMs ? 'quiet' : undefined;
  }

  #remind(incident: OpenIncident, nowMs: number): void {
    const added = incident.failures - incident.toldFailures;
    incident.toldAtMs = nowMs;
    incident.toldFailures = incident.failures;
    if (added > 0) this.#listener.onGoingOn(incident, added);
  }

  #close(key: string, incident: OpenIncident, end: Incident['closedBy']): void {
    this.#open.delete(key);
    incident.closedAt = new Date(this.#now());
    incident.closedBy = end;
    this.#closed.push(incident);
    if (this.#closed.length > this.#limits.maxIncidents) this.#closed = this.#closed.slice(1);
    this.#listener.onClosed(incident);
  }
}
