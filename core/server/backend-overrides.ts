import { isWeight } from './problems.ts';

/** What an operator wants of a backend at run time, whatever the configuration says. */
export interface BackendOverride {
  /** It gets no new exchange. */
  readonly isDraining?: boolean | undefined;
  /** Weight instead of the configuration's; undefined follows that. */
  readonly weight?: number | undefined;
}

/** The overrides in force; they outlive reloads. */
export class BackendOverrides {
  readonly #overrides: ReadonlyMap<string, BackendOverride>;

  constructor(overrides: ReadonlyMap<string, BackendOverride> = new Map()) {
    this.#overrides = overrides;
  }

  of(upstream: string, backend: string): BackendOverride | undefined {
    return this.#overrides.get(keyOf(upstream, backend));
  }

  /**
   * As these, with that backend's members changed to the given ones.
   * @throws RangeError for what is no weight.
   */
  with(upstream: string, backend: string, change: BackendOverride): BackendOverrides {
    const key = keyOf(upstream, backend);
    const { isDraining, weight } = { ...this.#overrides.get(key), ...change };
    if (weight !== undefined && !isWeight(weight))
      throw new RangeError('A weight is a whole number from 1 to 1,000,000.');
    const overrides = new Map(this.#overrides);
    if (isDraining !== true && weight === undefined) overrides.delete(key);
    else overrides.set(key, { isDraining, weight });
    return new BackendOverrides(overrides);
  }
}

function keyOf(upstream: string, backend: string): string {
  return JSON.stringify([upstream, backend]);
}
