import type { Backend, Exchange } from '../../core/index.ts';
import type { KeyOf } from './hash-key.ts';
import { hashText } from './hash-text.ts';
import type { Picker } from './picker.ts';

interface HashPicker {
  pick(candidates: readonly Backend[], hash: number): Backend;
}

/** Exchanges with the same key go the same way; those without one as another policy says. */
export class ByKey implements Picker {
  readonly #keyOf: KeyOf;
  readonly #keyed: HashPicker;
  readonly #others: Picker;

  constructor(keyOf: KeyOf, keyed: HashPicker, others: Picker) {
    this.#keyOf = keyOf;
    this.#keyed = keyed;
    this.#others = others;
  }

  pick(candidates: readonly Backend[], exchange: Exchange): Backend {
    const key = this.#keyOf(exchange);
    if (key === undefined || key === '') return this.#others.pick(candidates, exchange);
    return this.#keyed.pick(candidates, hashText(key));
  }
}
