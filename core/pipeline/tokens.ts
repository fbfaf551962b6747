const slotNames: string[] = [];

/** The name of the slot at that place. */
export function slotName(index: number): string {
  return slotNames[index] ?? 'unknown';
}

/**
 * A place for one value of type T on every exchange. Whoever imports the slot can read and write it; there are no
 * strings to collide.
 */
export class Slot<T> {
  /** For messages and logs only. */
  readonly name: string;
  /** Place in an exchange's list of values. */
  readonly index: number;
  declare readonly valueType: T;
  declare readonly kind: 'slot';

  constructor(name: string) {
    this.name = name;
    this.index = slotNames.push(name) - 1;
  }
}

/** A capability that one plugin provides and others use, found by importing the token. */
export class Service<T> {
  /** For messages and logs only. */
  readonly name: string;
  declare readonly valueType: T;
  declare readonly kind: 'service';
  /** True when several plugins may provide it at once. */
  readonly allowsMany: boolean;

  /** `many`: each plugin may provide one of its own; `use` gives the first in the order of the list. */
  constructor(name: string, providers: 'one' | 'many' = 'one') {
    this.name = name;
    this.allowsMany = providers === 'many';
  }
}
