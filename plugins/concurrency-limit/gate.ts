export interface GateSettings {
  /** How many may be inside. */
  readonly maxConcurrent: number;
  /** How many may wait. */
  readonly maxQueued: number;
  readonly queueTimeoutMs: number;
  /** Runs something later, unless the function that it returns is called before. */
  readonly setTimeout: (run: () => void, ms: number) => () => void;
  /** How many are inside and wait, over all gates. */
  readonly load: { inside: number; queued: number };
}

type State = 'waiting' | 'inside' | 'gone';

/** One place in a gate or in its queue. */
export class Ticket {
  readonly #gate: Gate;
  #state: State;
  #decide: ((isAdmitted: boolean) => void) | undefined;
  #cancelTimeout: (() => void) | undefined;

  constructor(gate: Gate, isInside: boolean) {
    this.#gate = gate;
    this.#state = isInside ? 'inside' : 'waiting';
  }

  get isInside(): boolean {
    return this.#state === 'inside';
  }

  /** Resolves with true when its turn has come, with false when it has left or waited for too long. */
  async turn(): Promise<boolean> {
    if (this.#state !== 'waiting') return this.isInside;
    const { queueTimeoutMs, setTimeout } = this.#gate.settings;
    return new Promise((resolve) => {
      this.#decide = resolve;
      this.#cancelTimeout = setTimeout(() => this.leave(), queueTimeoutMs);
    });
  }

  /** Gives the place to the next one, or leaves the queue; only the first call counts. */
  leave(): void {
    const before = this.#state;
    if (before === 'gone') return;
    this.#settle('gone');
    if (before === 'inside') this.#gate.passOn();
    else this.#gate.forget(this);
  }

  /** For the gate: its turn has come. */
  admit(): void {
    this.#settle('inside');
  }

  #settle(state: State): void {
    this.#state = state;
    this.#cancelTimeout?.();
    this.#decide?.(state === 'inside');
  }
}

/** Lets so many in at the same time, and others wait in the order in which they came. */
export class Gate {
  readonly settings: GateSettings;
  readonly #onEmpty: (gate: Gate) => void;
  readonly #queue = new Set<Ticket>();
  #inside = 0;

  constructor(settings: GateSettings, onEmpty: (gate: Gate) => void = () => {}) {
    this.settings = settings;
    this.#onEmpty = onEmpty;
  }

  get inside(): number {
    return this.#inside;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** A place inside or in the queue; undefined when both are full. */
  enter(): Ticket | undefined {
    const { maxConcurrent, maxQueued, load } = this.settings;
    if (this.#inside < maxConcurrent) {
      this.#inside++;
      load.inside++;
      return new Ticket(this, true);
    }
    if (this.#queue.size >= maxQueued) return undefined;
    const ticket = new Ticket(this, false);
    this.#queue.add(ticket);
    load.queued++;
    return ticket;
  }

  /** For tickets: one has left, and the one that has waited longest comes in. */
  passOn(): void {
    const [next] = this.#queue;
    if (next === undefined) {
      this.#inside--;
      this.settings.load.inside--;
      if (this.#inside === 0) this.#onEmpty(this);
      return;
    }
    this.forget(next);
    next.admit();
  }

  /** For tickets: one waits no longer. */
  forget(ticket: Ticket): void {
    if (this.#queue.delete(ticket)) this.settings.load.queued--;
  }
}

/** A gate for each key, which is there as long as somebody is inside. */
export class Gates {
  readonly #settings: GateSettings;
  readonly #gates = new Map<string, Gate>();

  constructor(settings: GateSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#gates.size;
  }

  enter(key: string): Ticket | undefined {
    let gate = this.#gates.get(key);
    if (gate === undefined) {
      gate = new Gate(this.#settings, () => this.#gates.delete(key));
      this.#gates.set(key, gate);
    }
    return gate.enter();
  }
}
