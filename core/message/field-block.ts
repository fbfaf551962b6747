import { matchesAt } from './characters.ts';
import { checkValue, settable } from './settable-fields.ts';

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

export const nothingParsed: ParsedLines = { text: '', offsets: noOffsets, lines: '' };

/** Fields that were validated once, to be appended to many messages at the cost of one. */
export class FieldBlock implements ParsedLines {
  readonly text: string;
  readonly offsets: readonly number[];

  private constructor(text: string, offsets: readonly number[]) {
    this.text = text;
    this.offsets = offsets;
  }

  /** @throws GatewayError `invalid_field` for a name or value that cannot be sent. */
  static from(fields: FieldsInit): FieldBlock {
    const offsets: number[] = [];
    let text = '';
    for (const [name, value] of pairsOf(fields)) {
      settable(name);
      checkValue(name, value);
      const start = text.length;
      text += `${name}: ${value}\r\n`;
      offsets.push(start, start + name.length, text.length - 2);
    }
    return new FieldBlock(Buffer.from(text, 'latin1').toString('latin1'), offsets); // flat, not a chain of pieces
  }

  get lines(): string {
    return this.text;
  }
}

/** Fields as they are given: an object, or pairs when order or repetition matters. */
export type FieldsInit = Readonly<Record<string, string>> | Iterable<readonly [string, string]>;

export function pairsOf(fields: FieldsInit): Iterable<readonly [string, string]> {
  return Symbol.iterator in fields ? fields : Object.entries(fields);
}

/** Place of the first line of that name from a place on, or -1. */
export function findIn({ text, offsets }: ParsedLines, lower: string, from = 0, matches = matchesAt): number {
  const length = lower.length;
  for (let at = from; at < offsets.length; at += 3) {
    const start = offsets[at]!;
    if (offsets[at + 1]! - start === length && matches(text, start, lower)) return at;
  }
  return -1;
}

/** Value of the line at that place. */
export function valueIn({ text, offsets }: ParsedLines, at: number): string {
  return text.slice(offsets[at + 1]! + 2, offsets[at + 2]);
}

/** Appends the lines as names at even places and values at odd ones. */
export function unpackInto(flat: string[], lines: ParsedLines): void {
  const { text, offsets } = lines;
  for (let at = 0; at < offsets.length; at += 3) {
    flat.push(text.slice(offsets[at], offsets[at + 1]), valueIn(lines, at));
  }
}
