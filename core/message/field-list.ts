import { GatewayError } from '../errors.ts';
import { equalsIgnoreCase, isFieldValue, isToken, matchesAt } from './characters.ts';

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

const noOffsets: readonly number[] = [];

/**
 * Field lines as a parser found them in the text of a head, which is kept as it is: names and values are cut out only
 * when somebody asks for them, and the lines are written again in one piece.
 */
export interface ParsedLines {
  readonly text: string;
  /** Start of the name, end of the name, end of the value in `text`, for each line. */
  readonly offsets: readonly number[];
  /** The same lines, each `name: value` with CR LF, ready to be written. */
  readonly lines: string;
}

const nothingParsed: ParsedLines = { text: '', offsets: noOffsets, lines: '' };

/**
 * A list of fields that a plugin may change; names are compared without regard to case.
 * Every change throws a GatewayError `invalid_field` for a name or value that could break the message apart.
 */
export class FieldList implements ReadonlyFieldList {
  #parsed: ParsedLines;
  /** Fields behind the parsed ones: names at even places, values at odd ones. */
  #flat: string[];

  /** `flat` has names at even places and values at odd ones and must be valid already; `from` validates. */
  constructor(flat: string[] = [], parsed: ParsedLines = nothingParsed) {
    this.#flat = flat;
    this.#parsed = parsed;
  }

  /** Validates and copies `fields`: an object, or pairs when order or repetition matters. */
  static from(fields: Readonly<Record<string, string>> | Iterable<readonly [string, string]>): FieldList {
    const list = new FieldList();
    const pairs = Symbol.iterator in fields ? fields : Object.entries(fields);
    for (const [name, value] of pairs) list.append(name, value);
    return list;
  }

  get size(): number {
    return this.#parsed.offsets.length / 3 + (this.#flat.length >> 1);
  }

  get(name: string): string | undefined {
    const lower = name.toLowerCase();
    const parsed = this.#findParsed(lower);
    if (parsed >= 0) return this.#parsedValue(parsed);
    const at = this.#find(lower, 0);
    return at < 0 ? undefined : this.#flat[at + 1];
  }

  getAll(name: string): string[] {
    const lower = name.toLowerCase();
    const values: string[] = [];
    for (const [each, value] of this) if (equalsIgnoreCase(each, lower)) values.push(value);
    return values;
  }

  has(name: string): boolean {
    const lower = name.toLowerCase();
    return this.#findParsed(lower) >= 0 || this.#find(lower, 0) >= 0;
  }

  /** Replaces all fields of that name by one, at the place of the first. */
  set(name: string, value: string): void {
    checkField(name, value);
    const lower = name.toLowerCase();
    if (this.#findParsed(lower) >= 0) this.#unpack();
    const at = this.#find(lower, 0);
    if (at < 0) {
      this.#flat.push(name, value);
      return;
    }
    this.#flat[at] = name;
    this.#flat[at + 1] = value;
    this.#deleteFrom(lower, at + 2);
  }

  /** Adds one more field line at the end. */
  append(name: string, value: string): void {
    checkField(name, value);
    this.#flat.push(name, value);
  }

  /** Removes all fields of that name; true when there was one. */
  delete(name: string): boolean {
    const lower = name.toLowerCase();
    if (this.#findParsed(lower) >= 0) this.#unpack();
    return this.#deleteFrom(lower, 0);
  }

  clone(): FieldList {
    return new FieldList(this.#flat.slice(), this.#parsed);
  }

  /** All lines as they are written, each with CR LF. */
  get lines(): string {
    const flat = this.#flat;
    let text = this.#parsed.lines;
    for (let i = 0; i < flat.length; i += 2) text += flat[i]! + ': ' + flat[i + 1]! + '\r\n';
    return text;
  }

  *[Symbol.iterator](): IterableIterator<[string, string]> {
    const { text, offsets } = this.#parsed;
    for (let at = 0; at < offsets.length; at += 3) {
      yield [text.slice(offsets[at], offsets[at + 1]), this.#parsedValue(at)];
    }
    for (let i = 0; i < this.#flat.length; i += 2) yield [this.#flat[i]!, this.#flat[i + 1]!];
  }

  #parsedValue(at: number): string {
    const { text, offsets } = this.#parsed;
    return text.slice(offsets[at + 1]! + 2, offsets[at + 2]);
  }

  #findParsed(lower: string): number {
    const { text, offsets } = this.#parsed;
    const length = lower.length;
    for (let at = 0; at < offsets.length; at += 3) {
      const start = offsets[at]!;
      if (offsets[at + 1]! - start === length && matchesAt(text, start, lower)) return at;
    }
    return -1;
  }

  #find(lower: string, from: number): number {
    const flat = this.#flat;
    for (let i = from; i < flat.length; i += 2) if (equalsIgnoreCase(flat[i]!, lower)) return i;
    return -1;
  }

  /** A parsed line is to change: from here on all are kept apart. */
  #unpack(): void {
    const flat: string[] = [];
    for (const [name, value] of this) flat.push(name, value);
    this.#flat = flat;
    this.#parsed = nothingParsed;
  }

  #deleteFrom(lower: string, from: number): boolean {
    const flat = this.#flat;
    let kept = this.#find(lower, from);
    if (kept < 0) return false;
    for (let i = kept; i < flat.length; i += 2) {
      if (equalsIgnoreCase(flat[i]!, lower)) continue;
      flat[kept] = flat[i]!;
      flat[kept + 1] = flat[i + 1]!;
      kept += 2;
    }
    flat.length = kept;
    return true;
  }
}
