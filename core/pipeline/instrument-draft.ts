import { Instrument, type InstrumentOptions, type Instruments } from './instruments.ts';

interface Observation {
  readonly gauge: Instrument;
  readonly observe: (gauge: Instrument) => void;
}

/** The instruments of one configuration, which are the gateway's once it is in service and observed for as long. */
export class InstrumentDraft {
  readonly #instruments: Instruments;
  readonly #defined = new Map<string, Instrument>();
  readonly #observations: Observation[] = [];
  readonly #ends: (() => void)[] = [];

  constructor(instruments: Instruments) {
    this.#instruments = instruments;
  }

  /**
   * The instrument of that name: the gateway's, unless that has another kind or labels and was defined by another
   * configuration; then one that takes its place. Throws when this configuration or the gateway itself has another.
   */
  define(kind: Instrument['kind'], options: InstrumentOptions): Instrument {
    const { name } = options;
    const known = this.#defined.get(name) ?? this.#instruments.findLasting(name);
    known?.assertIs(kind, options);
    const existing = known ?? this.#instruments.find(name);
    const instrument = existing?.is(kind, options) === true ? existing : new Instrument(kind, options);
    this.#defined.set(name, instrument);
    return instrument;
  }

  /** Has `observe` called before every reading while the configuration is in service. */
  observe(gauge: Instrument, observe: (gauge: Instrument) => void): void {
    this.#observations.push({ gauge, observe });
  }

  /** The configuration goes into service. */
  publish(): void {
    for (const instrument of this.#defined.values()) this.#instruments.put(instrument);
    for (const { gauge, observe } of this.#observations)
      this.#ends.push(this.#instruments.observe(gauge, observe));
  }

  /** Another configuration has taken over. */
  retire(): void {
    for (const end of this.#ends.splice(0)) end();
  }
}
