import type { Exchange } from '../../core/index.ts';
import type { Field, ValueField } from './fields.ts';
import { encode, type LineBytes, type Piece } from './line-bytes.ts';
import { type Measures, notReached } from './measures.ts';
import type { Part, Writer } from './runs.ts';
import { createCommonStamp, createIsoStamp } from './stamps.ts';

/** How a format writes what is in a field. */
export interface ValueStyle {
  /** Before a value, and behind it; for texts, where they differ. */
  readonly before: Piece;
  readonly after: Piece;
  readonly beforeText: Piece;
  readonly afterText: Piece;
  readonly text: (line: LineBytes, text: string) => void;
  /** A flag that is set. */
  readonly set: Piece;
  /** In place of all when there is no value. */
  readonly absent: Piece;
}

const missing = encode('-1');
const zero = encode('0.000');

/** One field in that style; `now` gives milliseconds since the epoch. */
export function partOf(field: Field, style: ValueStyle, now: () => number): Part {
  if (field.kind === 'time') return { write: timeWriter(field.style, style, now), dependsOn: undefined };
  return { write: writerOf(field, style), dependsOn: field.dependsOn };
}

function writerOf(field: ValueField, style: ValueStyle): Writer {
  switch (field.kind) {
    case 'text':
      return textWriter(field.read, style);
    case 'whole':
      return wholeWriter(field.read, style);
    case 'duration':
      return durationWriter(field.read, style);
    case 'flag':
      return flagWriter(field.read, style);
  }
}

function flagWriter(read: (measures: Measures) => boolean, { set, absent }: ValueStyle): Writer {
  return (line, _, measures) => line.append(read(measures) ? set : absent);
}

function timeWriter(kind: 'iso' | 'common', style: ValueStyle, now: () => number): Writer {
  const stamp = kind === 'iso' ? createIsoStamp() : createCommonStamp();
  const { beforeText, afterText } = style;
  return (line) => {
    line.append(beforeText);
    stamp(line, now());
    line.append(afterText);
  };
}

function textWriter(read: (exchange: Exchange) => string | undefined, style: ValueStyle): Writer {
  const { beforeText, afterText, absent, text } = style;
  return (line, exchange) => {
    const value = read(exchange);
    if (value === undefined) return line.append(absent);
    line.append(beforeText);
    text(line, value);
    line.append(afterText);
  };
}

function wholeWriter(read: (exchange: Exchange) => number | undefined, style: ValueStyle): Writer {
  const { before, after, absent } = style;
  return (line, exchange) => {
    const value = read(exchange);
    if (value === undefined) return line.append(absent);
    line.append(before);
    line.whole(value);
    line.append(after);
  };
}

function durationWriter(read: (measures: Measures) => number, { before, after }: ValueStyle): Writer {
  return (line, _, measures) => {
    const durationMs = read(measures);
    line.append(before);
    if (durationMs === notReached) line.append(missing);
    else if (durationMs === 0) line.append(zero);
    else line.milliseconds(durationMs);
    line.append(after);
  };
}
