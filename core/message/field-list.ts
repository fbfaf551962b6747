import { equalsIgnoreCase, spellsAt } from './characters.ts';
import {
  type FieldBlock,
  type FieldsInit,
  findIn,
  nothingParsed,
  unpackInto,
  pairsOf,
  type ParsedLines,
  valueIn,
} from './field-block.ts';
import { checkValue, settable } from './settable-fields.ts';

function isSpelling(name: string, lower: string): boolean {
  return name.length === lower.length && spellsAt(name, 0, lower);
}

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
 * A list of fields that a plugin may change; names are compared without regard to case. What is set or deleted takes
 * spellings with `_` for `-` along, which some backends take for the same field.
 * Every change throws a GatewayError `invalid_field` for a name or value that could break the message apart.
 */
export class FieldList implements ReadonlyFieldList {
  #parsed: ParsedLines;
  #block: ParsedLines = nothingParsed;
  /** Fields behind the parsed ones and the block: names at even places, values at odd ones. */
  #flat: string[];
  /** Names that were set or deleted, in lower case; undefined while nobody wants to know. */
  #claimed: string[] | undefined = undefined;

  /** `flat` has names at even places and values at odd ones and must be valid already; `from` validates. */
  constructor(flat: string[] = [], parsed: ParsedLines = nothingParsed) {
    this.#flat = flat;
    this.#parsed = parsed;
  }

  /** Validates and copies `fields`: an object, or pairs when order or repetition matters. */
  static from(fields: FieldsInit): FieldList {
    const list = new FieldList();
    for (const [name, value] of pairsOf(fields)) list.append(name, value);
    return list;
  }

  get size(): number {
    return (this.#parsed.offsets.length + this.#block.offsets.length) / 3 + (this.#flat.length >> 1);
  }

  get(name: string): string | undefined {
    const lower = name.toLowerCase();
    const parsed = findIn(this.#parsed, lower);
    if (parsed >= 0) return valueIn(this.#parsed, parsed);
    const inBlock = findIn(this.#block, lower);
    if (inBlock >= 0) return valueIn(this.#block, inBlock);
    const at = this.#find(lower, 0);
    return at < 0 ? undefined : this.#flat[at + 1];
  }

  getAll(name: string): string[] {
    const lower = name.toLowerCase();
    const values: string[] = [];
    for (const packed of [this.#parsed, this.#block]) {
      for (let at = findIn(packed, lower); at >= 0; at = findIn(packed, lower, at + 3)) {
        values.push(valueIn(packed, at));
      }
    }
    for (let at = this.#find(lower, 0); at >= 0; at = this.#find(lower, at + 2))
      values.push(this.#flat[at + 1]!);
    return values;
  }

  has(name: string): boolean {
    const lower = name.toLowerCase();
    return this.#isPacked(lower) || this.#find(lower, 0) >= 0;
  }

  /** Replaces all fields of that name by one, at the place of the first. */
  set(name: string, value: string): void {
    const lower = settable(name);
    checkValue(name, value);
    this.#claimed?.push(lower);
    if (this.#isSpelledInLines(lower)) this.#unpack();
    const at = this.#findSpelling(lower, 0);
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
    settable(name);
    checkValue(name, value);
    this.#flat.push(name, value);
  }

  /** Adds the fields of a block at the end. */
  appendBlock(block: FieldBlock): void {
    if (this.#block === nothingParsed && this.#flat.length === 0) this.#block = block;
    else for (let at = 0; at < block.offsets.length; at += 3) this.#appendFrom(block, at);
  }

  /** Removes all fields of that name; true when there was one. */
  delete(name: string): boolean {
    const lower = name.toLowerCase();
    this.#claimed?.push(lower);
    if (this.#isSpelledInLines(lower)) this.#unpack();
    return this.#deleteFrom(lower, 0);
  }

  clone(): FieldList {
    const copy = new FieldList(this.#flat.slice(), this.#parsed);
    copy.#block = this.#block;
    return copy;
  }

  /** From now on what is set or deleted is remembered, for `withoutClaimed`. */
  rememberClaims(): void {
    this.#claimed ??= [];
  }

  /**
   * Trailers without the names that were set or deleted here: some servers merge trailers into the head, where they would
   * bring back what a plugin has taken away (RFC 9110 6.5.1).
   */
  withoutClaimed(trailers: FieldList): FieldList {
    if (this.#claimed === undefined) return trailers;
    const kept = trailers.clone();
    for (const name of this.#claimed) kept.delete(name);
    return kept;
  }

  /** All lines as they are written, each with CR LF. */
  get lines(): string {
    const flat = this.#flat;
    let text = this.#parsed.lines + this.#block.lines;
    for (let i = 0; i < flat.length; i += 2) text += flat[i]! + ': ' + flat[i + 1]! + '\r\n';
    return text;
  }

  *[Symbol.iterator](): IterableIterator<[string, string]> {
    for (const packed of [this.#parsed, this.#block]) {
      const { text, offsets } = packed;
      for (let at = 0; at < offsets.length; at += 3) {
        yield [text.slice(offsets[at], offsets[at + 1]), valueIn(packed, at)];
      }
    }
    for (let i = 0; i < this.#flat.length; i += 2) yield [this.#flat[i]!, this.#flat[i + 1]!];
  }

  #appendFrom(block: FieldBlock, at: number): void {
    this.#flat.push(block.text.slice(block.offsets[at], block.offsets[at + 1]), valueIn(block, at));
  }

  #isPacked(lower: string): boolean {
    return findIn(this.#parsed, lower) >= 0 || findIn(this.#block, lower) >= 0;
  }

  #isSpelledInLines(lower: string): boolean {
    return findIn(this.#parsed, lower, 0, spellsAt) >= 0 || findIn(this.#block, lower, 0, spellsAt) >= 0;
  }

  #findSpelling(lower: string, from: number): number {
    const flat = this.#flat;
    for (let i = from; i < flat.length; i += 2) if (isSpelling(flat[i]!, lower)) return i;
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
    unpackInto(flat, this.#parsed);
    unpackInto(flat, this.#block);
    for (const each of this.#flat) flat.push(each);
    this.#flat = flat;
    this.#parsed = nothingParsed;
    this.#block = nothingParsed;
  }

  #deleteFrom(lower: string, from: number): boolean {
    const flat = this.#flat;
    let kept = this.#findSpelling(lower, from);
    if (kept < 0) return false;
    for (let i = kept; i < flat.length; i += 2) {
      if (isSpelling(flat[i]!, lower)) continue;
      flat[kept] = flat[i]!;
      flat[kept + 1] = flat[i + 1]!;
      kept += 2;
    }
    flat.length = kept;
    return true;
  }
}
