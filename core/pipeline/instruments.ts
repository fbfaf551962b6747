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
  readonly #observers = new Map<Instrument, Set<(gauge: Instrument) => void>>();

  /** The instrument of that name, made if there is none. Throws when there is one of another kind or with other labels. */
  define(kind: Instrument['kind'], options: InstrumentOptions): Instrument {
    const existing = this.#all.get(options.name);
    if (existing === undefined) {
      const created = new Instrument(kind, options);
      this.#all.set(options.name, created);
      return created;
    }
    if (existing.kind !== kind || existing.labels.join() !== (options.labels ?? []).join())
      throw new Error(
        `${options.name} is a ${existing.kind} with the labels [${existing.labels.join(', ')}].`,
      );
    return existing;
  }

  /**
   * Calls `observe` before every reading, until the function that is returned is called. A gauge that nobody observes any
   * more has no numbers.
   */
  observe(gauge: Instrument, observe: (gauge: Instrument) => void): () => void {
    const observers = this.#observers.get(gauge) ?? new Set();
    this.#observers.set(gauge, observers.add(observe));
    return () => {
      if (observers.delete(observe) && observers.size === 0) gauge.clear();
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
