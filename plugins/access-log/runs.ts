import type { Exchange } from '../../core/index.ts';
import { Combinations } from './combinations.ts';
import type { LineBytes } from './line-bytes.ts';
import type { Measures } from './measures.ts';
import type { SharedName } from './shared-values.ts';

/** Writes a part of the line of an exchange that is over. */
export type Writer = (line: LineBytes, exchange: Exchange, measures: Measures) => void;

/** A part of a line. */
export interface Part {
  readonly write: Writer;
  /** The shared values, if that is all that it depends on. */
  readonly dependsOn: SharedName | undefined;
}

/** What is longer is written each time: clients choose some names. */
const mostPieceBytes = 512;

/** Parts one behind the other that depend on the same values: written once for a combination, then copied. */
function runWriter(write: Writer, place: number, combinations: Combinations): Writer {
  return (line, exchange, measures) => {
    const pieces = combinations.current?.pieces;
    const known = pieces?.[place];
    if (known !== undefined) return line.append(known);
    const start = line.length;
    write(line, exchange, measures);
    if (pieces !== undefined && line.length - start <= mostPieceBytes) {
      pieces[place] = line.pieceFrom(start);
    }
  };
}

function inTurn(writers: readonly Writer[]): Writer {
  return (line, exchange, measures) => {
    for (let i = 0; i < writers.length; i++) writers[i]!(line, exchange, measures);
  };
}

/** The first parts that depend on the same. */
function firstRun(parts: readonly Part[]): readonly Part[] {
  const end = parts.findIndex(({ dependsOn }) => dependsOn !== parts[0]!.dependsOn);
  return end < 0 ? parts : parts.slice(0, end);
}

/** All parts one behind the other. */
export function inOrder(parts: readonly Part[]): Writer {
  const combinations = { answer: new Combinations('answer'), way: new Combinations('way') };
  const writers: Writer[] = [];
  for (let at = 0; at < parts.length; ) {
    const run = firstRun(parts.slice(at));
    const writes = run.map(({ write }) => write);
    const { dependsOn } = run[0]!;
    if (dependsOn === undefined) writers.push(...writes);
    else writers.push(runWriter(inTurn(writes), writers.length, combinations[dependsOn]));
    at += run.length;
  }
  const writeAll = inTurn(writers);
  return (line, exchange, measures) => {
    combinations.answer.find(exchange, measures);
    combinations.way.find(exchange, measures);
    writeAll(line, exchange, measures);
  };
}
