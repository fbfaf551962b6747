import { type Exchange, remember } from '../../core/index.ts';
import type { Field } from './fields.ts';
import { encode, LineBytes, type Piece } from './line-bytes.ts';
import { type Measures, notReached } from './measures.ts';
import { createCommonStamp, createIsoStamp } from './stamps.ts';

/** Writes a part of the line of an exchange that is over. */
export type Writer = (line: LineBytes, exchange: Exchange, measures: Measures) => void;

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

/** Names that are kept encoded; they come from the configuration, but for some that clients choose. */
const mostNames = 256;
const smallNumbers = 1_000;

/** The writer of one field in that style; `now` gives milliseconds since the epoch. */
export function writerOf(field: Field, style: ValueStyle, now: () => number): Writer {
  switch (field.kind) {
    case 'time':
      return timeWriter(field.style, style, now);
    case 'text':
      return textWriter(field.read, style);
    case 'name':
      return nameWriter(field.read, style);
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

/** What a writer writes, to be written again. */
function pieceOf(write: (line: LineBytes) => void): Piece {
  const line = new LineBytes(64);
  write(line);
  return encode(line.bytes.toString('latin1', 0, line.length));
}

/** Values of which there are few, with all that is around them, in one piece. */
function nameWriter(read: (exchange: Exchange) => string | undefined, style: ValueStyle): Writer {
  const { beforeText, afterText, absent, text } = style;
  const known = remember((name: string) => {
    return pieceOf((line) => {
      line.append(beforeText);
      text(line, name);
      line.append(afterText);
    });
  }, mostNames);
  let last = '';
  let piece = known(last);
  return (line, exchange) => {
    const name = read(exchange);
    if (name === undefined) return line.append(absent);
    if (name !== last) {
      last = name;
      piece = known(name);
    }
    line.append(piece);
  };
}

function wholeWriter(read: (exchange: Exchange) => number | undefined, style: ValueStyle): Writer {
  const { before, after, absent } = style;
  const write = (line: LineBytes, value: number): void => {
    line.append(before);
    line.whole(value);
    line.append(after);
  };
  const known = Array.from<Piece | undefined>({ length: smallNumbers });
  return (line, exchange) => {
    const value = read(exchange);
    if (value === undefined) line.append(absent);
    else if (value < smallNumbers) line.append((known[value] ??= pieceOf((piece) => write(piece, value))));
    else write(line, value);
  };
}

function durationWriter(read: (measures: Measures) => number, { before, after }: ValueStyle): Writer {
  const around = (value: string): Piece =>
    pieceOf((line) => {
      line.append(before);
      line.ascii(value);
      line.append(after);
    });
  const missing = around('-1');
  const zero = around('0.000');
  return (line, _, measures) => {
    const durationMs = read(measures);
    if (durationMs === notReached) return line.append(missing);
    if (durationMs === 0) return line.append(zero);
    line.append(before);
    line.milliseconds(durationMs);
    line.append(after);
  };
}
