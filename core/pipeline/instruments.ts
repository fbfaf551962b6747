/** A number of an instrument: count by `cell.value++`, which costs as much as a field. */
export interface Cell {
  value: number;
}

export interface InstrumentOptions {
  /** Snake case with its unit: `probes_total`, `queue_length`; the plugin's name is put in front. */
  readonly name: string;
  /** What it counts, one sentence. */
  readonly help: string;
  /** Names of the labels that tell its numbers apart; default: none. */
  readonly labels?: readonly string[] | undefined;
}

/** Combinations of label values that one instrument tells apart; what comes later counts as `other`. */
const maxCells = 2_000;

const namePattern = /^[a-z][a-z0-9_]*$/;
const separator = '\u0000';

/** Numbers of one name, told apart by the values of its labels. They live as long as the gateway. */
export class Instrument {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly labels: readonly string[];
  readonly #cells = new Map<string, { readonly values: readonly string[]; readonly cell: Cell }>();

  /** @throws TypeError for names that Prometheus does not take. */
  constructor(kind: 'counter' | 'gauge', { name, help, labels = [] }: InstrumentOptions) {
    const unfit = [name, ...labels].find((text) => !namePattern.test(text));
    if (unfit !== undefined) throw new TypeError(`${JSON.stringify(unfit)} is no name in snake case.`);
    this.kind = kind;
    this.name = name;
    this.help = help;
    this.labels = labels;
  }

  /** The number of these label values: ask once and keep it. Beyond 2,000 combinations all are `other`. */
  of(...values: readonly string[]): Cell {
    if (values.length !== this.labels.length)
      throw new TypeError(`${this.name} has ${this.labels.length} labels, not ${values.length}.`);
    const known = this.#cells.get(values.join(separator));
    if (known !== undefined) return known.cell;
    const isFull = this.#cells.size >= maxCells;
    return this.#add(isFull ? this.labels.map(() => 'other') : values);
  }

  is(kind: Instrument['kind'], { labels = [] }: InstrumentOptions): boolean {
    return this.kind === kind && this.labels.join() === labels.join();
  }

  /** @throws Error when it is another kind or has other labels. */
  assertIs(kind: Instrument['kind'], options: InstrumentOptions): void {
    if (!this.is(kind, options))
      throw new Error(`${this.name} is a ${this.kind} with the labels [${this.labels.join(', ')}].`);
  }

  /** Forgets all numbers. */
  clear(): void {
    this.#cells.clear();
  }

  *[Symbol.iterator](): Iterator<{ readonly values: readonly string[]; readonly value: number }> {
    for (const { values, cell } of this.#cells.values()) yield { values, value: cell.value };
  }

  #add(values: readonly string[]): Cell {
    const key = values.join(separator);
    const existing = this.#cells.get(key)?.cell;
    if (existing !== undefined) return existing;
    const cell = { value: 0 };
    this.#cells.set(key, { values: [...values], cell });
    return cell;
  }
}

/** All instruments of a gateway, and who sets its gauges before they are read. */
export class Instruments {
  readonly #all = new Map<string, Instrument>();
  /** Those that no configuration may put another in the place of. */
  readonly #lasting = new Set<Instrument>();
  readonly #observers = new Map<Instrument, Set<(gauge: Instrument) => void>>();

  /** The instrument of that name, made if there is none. Throws when there is one of another kind or with other labels. */
  define(kind: Instrument['kind'], options: InstrumentOptions): Instrument {
    const existing = this.#all.get(options.name);
    existing?.assertIs(kind, options);
    const instrument = existing ?? new Instrument(kind, options);
    this.#lasting.add(instrument);
    this.put(instrument);
    return instrument;
  }

  find(name: string): Instrument | undefined {
    return this.#all.get(name);
  }

  findLasting(name: string): Instrument | undefined {
    const found = this.#all.get(name);
    return found !== undefined && this.#lasting.has(found) ? found : undefined;
  }

  /** Takes the place of the instrument of its name. */
  put(instrument: Instrument): void {
    this.#all.set(instrument.name, instrument);
  }

  /**
   * Calls `observe` before every reading, until the function that is returned is called. A gauge that nobody observes any
   * more has no numbers.
   */
  observe(gauge: Instrument, observe: (gauge: Instrument) => void): () => void {
    const observers = this.#observers.get(gauge) ?? new Set();
    this.#observers.set(gauge, observers.add(observe));
    return () => {
      if (!observers.delete(observe) || observers.size > 0) return;
      this.#observers.delete(gauge);
      gauge.clear();
    };
  }

  /** All instruments with the gauges set to this moment. */
  read(): readonly Instrument[] {
    for (const [gauge, observers] of this.#observers) {
      gauge.clear();
      for (const observe of observers) observe(gauge);
    }
    return [...this.#all.values()];
  }
}
