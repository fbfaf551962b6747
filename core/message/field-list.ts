import { GatewayError } from '../errors.ts';
import { equalsIgnoreCase, isFieldValue, isToken } from './characters.ts';

/** Header or trailer fields as they came: original case and order, repeated names kept apart. */
export interface ReadonlyFieldList {
  /** Number of field lines. */
  readonly size: number;
  /** The value of the first field of that name, any case; undefined when absent. */
  get(name: string): string | undefined;
  /** All values of that name in order of arrival. */
  getAll(name: string): string[];
  has(name: string): boolean;
  /** Field lines as `[name, value]` in order, names in original case. */
  [Symbol.iterator](): IterableIterator<[name: string, value: string]>;
}

/**
 * Fields that the gateway itself decides when a message is framed (RFC 9110 7.6.1, RFC 9112 6): they are never in a
 * FieldList. Read them as `host`, `contentLength`, `upgrade` and so on; change them by changing the body or authority.
 */
const ownedByGateway: Record<string, string> = {
  host: 'set outbound.authority instead',
  'content-length': 'it follows from the body',
  'transfer-encoding': 'it follows from the body',
  connection: 'it is hop-by-hop',
  'keep-alive': 'it is hop-by-hop',
  'proxy-connection': 'it is hop-by-hop',
  te: 'it is hop-by-hop',
  upgrade: 'it is hop-by-hop',
};

function refuse(name: string, why: string): never {
  throw new GatewayError('invalid_field', `The field ${JSON.stringify(name)} cannot be set: ${why}.`);
}

function checkField(name: string, value: string): void {
  if (!isToken(name)) refuse(name, 'the name is not a token (RFC 9110 5.6.2)');
  if (typeof value !== 'string') refuse(name, `the value must be a string, not ${typeof value}`);
  if (!isFieldValue(value)) refuse(name, 'the value has a control character or one above U+00FF');
  const length = name.length;
  if (length === 2 || length === 4 || length === 7 || length === 10 || length === 14 || length > 15) {
    const why = ownedByGateway[name.toLowerCase()];
    if (why !== undefined) refuse(name, why);
  }
}

/**
 * A list of fields that a plugin may change; names are compared without regard to case.
 * Every change throws a GatewayError `invalid_field` for a name or value that could break the message apart.
 */
export class FieldList implements ReadonlyFieldList {
  /** Names at even places, values at odd ones; already validated, for the serializer. */
  readonly flat: string[];

  constructor(flat: string[] = []) {
    this.flat = flat;
  }

  /** Validates and copies `fields`: an object, or pairs when order or repetition matters. */
  static from(fields: Readonly<Record<string, string>> | Iterable<readonly [string, string]>): FieldList {
    const list = new FieldList();
    const pairs = Symbol.iterator in fields ? fields : Object.entries(fields);
    for (const [name, value] of pairs) list.append(name, value);
    return list;
  }

  get size(): number {
    return this.flat.length >> 1;
  }

  get(name: string): string | undefined {
    const at = this.#find(name);
    return at < 0 ? undefined : this.flat[at + 1];
  }

  getAll(name: string): string[] {
    const lower = name.toLowerCase();
    const values: string[] = [];
    for (let i = 0; i < this.flat.length; i += 2) {
      if (equalsIgnoreCase(this.flat[i]!, lower)) values.push(this.flat[i + 1]!);
    }
    return values;
  }

  has(name: string): boolean {
    return this.#find(name) >= 0;
  }

  /** Replaces all fields of that name by one, at the place of the first. */
  set(name: string, value: string): void {
    checkField(name, value);
    const at = this.#find(name);
    if (at < 0) {
      this.flat.push(name, value);
      return;
    }
    this.flat[at] = name;
    this.flat[at + 1] = value;
    this.#deleteFrom(name, at + 2);
  }

  /** Adds one more field line at the end. */
  append(name: string, value: string): void {
    checkField(name, value);
    this.flat.push(name, value);
  }

  /** Removes all fields of that name; true when there was one. */
  delete(name: string): boolean {
    return this.#deleteFrom(name, 0);
  }

  clone(): FieldList {
    return new FieldList(this.flat.slice());
  }

  *[Symbol.iterator](): IterableIterator<[string, string]> {
    for (let i = 0; i < this.flat.length; i += 2) yield [this.flat[i]!, this.flat[i + 1]!];
  }

  #find(name: string): number {
    const flat = this.flat;
    const lower = name.toLowerCase();
    for (let i = 0; i < flat.length; i += 2) if (equalsIgnoreCase(flat[i]!, lower)) return i;
    return -1;
  }

  #deleteFrom(name: string, from: number): boolean {
    const flat = this.flat;
    const lower = name.toLowerCase();
    let kept = from;
    for (let i = from; i < flat.length; i += 2) {
      if (equalsIgnoreCase(flat[i]!, lower)) continue;
      flat[kept] = flat[i]!;
      flat[kept + 1] = flat[i + 1]!;
      kept += 2;
    }
    if (kept === flat.length) return false;
    flat.length = kept;
    return true;
  }
}
