import { type Fields, fieldsOf, refuse } from './lenient-fields.ts';
import type { Leniency } from './readings.ts';

export interface Lines {
  readonly lines: readonly string[];
  /** Index behind the empty line. */
  readonly end: number;
}

export interface ReadBody {
  readonly body: string;
  readonly trailers: Fields;
  readonly end: number;
  readonly isWhole: boolean;
}

const lineEnds = { CRLF: /\r\n/g, LF: /\r?\n/g, any: /\r\n|\r|\n/g };

/** The lines from `at` on up to an empty one; undefined when there is none. */
export function linesOf(text: string, at: number, lineEnd: Leniency['lineEnd']): Lines | undefined {
  const pattern = new RegExp(lineEnds[lineEnd]);
  const lines: string[] = [];
  let start = at;
  for (;;) {
    pattern.lastIndex = start;
    const match = pattern.exec(text);
    if (match === null) return undefined;
    const line = text.slice(start, match.index);
    start = match.index + match[0].length;
    if (line === '') return { lines, end: start };
    lines.push(line);
  }
}

function numberOf(text: string, numbers: Leniency['numbers']): number {
  if (numbers === 'loose') {
    const [, sign, digits = ''] = /^[\s"]*([+-]?)([0-9a-fx_]*)/i.exec(text) ?? [];
    const plain = digits.replaceAll('_', '');
    const value = /^0x/i.test(plain) ? Number.parseInt(plain, 16) : Number.parseInt(plain, 10);
    return (sign === '-' ? 0 : value) || 0;
  }
  if (!/^[0-9]+$/.test(text)) refuse(`a malformed length ${JSON.stringify(text)}`);
  if (numbers === 'octal' && /^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  if (numbers === 'wrapping') return Number(BigInt(text) & 0xffff_ffffn);
  return Number(text);
}

function lengthOf(values: readonly string[], { lengths, numbers }: Leniency): number {
  if (lengths === 'one') {
    if (values.length > 1) refuse('several lengths');
    return numberOf(values[0]!, numbers);
  }
  const all = values.join(',').split(',');
  const numbersOf = all.map((each) => numberOf(each.trim(), numbers));
  if (lengths === 'least') return Math.min(...numbersOf);
  return lengths === 'first' ? numbersOf[0]! : numbersOf.at(-1)!;
}

function isChunked(values: readonly string[], coding: Leniency['coding']): boolean {
  const all = values.join(',').toLowerCase();
  const members = all.split(',').map((each) => each.split(';')[0]!.trim());
  switch (coding) {
    case 'substring':
      return all.includes('chunked');
    case 'prefix':
      return all.trimStart().startsWith('chunked');
    case 'first':
      return members[0] === 'chunked';
    case 'last':
      return members.at(-1) === 'chunked';
    case 'any':
      return true;
    case 'exact':
      if (values.length !== 1 || all !== 'chunked') refuse(`another coding ${all}`);
      return true;
  }
}

function usesCoding(values: readonly string[], first: string, leniency: Leniency): boolean {
  if (values.length === 0) return false;
  if (/HTTP\/1\.0/.test(first)) {
    if (leniency.codingInHttp10 === 'refused') refuse('a coding in HTTP/1.0');
    if (leniency.codingInHttp10 === 'ignored') return false;
  }
  return isChunked(values, leniency.coding);
}

/** The content behind a head, in requests and in responses that have one. */
export function bodyOf(
  text: string,
  at: number,
  fields: Fields,
  first: string,
  leniency: Leniency,
): ReadBody {
  const valuesOf = (name: string): string[] => fields.filter(([each]) => each === name).map(([, v]) => v);
  const lengths = valuesOf('content-length');
  const codings = valuesOf('transfer-encoding');
  const hasBoth = lengths.length > 0 && codings.length > 0;
  if (hasBoth && leniency.precedence === 'refused') refuse('two framings');
  const prefersLength = hasBoth && leniency.precedence === 'length';
  if (!prefersLength && usesCoding(codings, first, leniency)) return readChunks(text, at, leniency);
  if (lengths.length > 0) return readLength(text, at, lengthOf(lengths, leniency));
  if (!first.startsWith('HTTP/')) return readLength(text, at, 0);
  return { body: text.slice(at), trailers: [], end: text.length, isWhole: true };
}

function readLength(text: string, at: number, length: number): ReadBody {
  const body = text.slice(at, at + length);
  return { body, trailers: [], end: at + length, isWhole: body.length === length };
}

const sizeLines = {
  refused: /([^\r\n;]*)()\r\n/y,
  ignored: /([^\r\n;]*)(;[^\r\n]*)?\r\n/y,
  untilLF: /([^\r\n;]*)(;[^\n]*)?\r?\n/y,
};
const chunkEnds = { CRLF: /\r\n/y, LF: /\r?\n/y, anyTwo: /[^]{2}/y };

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  const sticky = new RegExp(pattern);
  sticky.lastIndex = at;
  return sticky.exec(text);
}

function sizeOf(digits: string, { chunkSize }: Leniency): number {
  if (chunkSize === 'loose') return Math.abs(Number.parseInt(digits.trim().replaceAll('_', ''), 16)) || 0;
  if (!/^[0-9a-fA-F]+$/.test(digits)) refuse(`a malformed chunk size ${JSON.stringify(digits)}`);
  return Number.parseInt(digits, 16);
}

function readChunks(text: string, at: number, leniency: Leniency): ReadBody {
  let body = '';
  for (;;) {
    const cut = { body, trailers: [], end: text.length, isWhole: false };
    const line = matchAt(sizeLines[leniency.chunkExtension], text, at);
    if (line === null) {
      if (/^[0-9a-fA-F]*\r?$/.test(text.slice(at))) return cut;
      refuse(`a malformed chunk line ${JSON.stringify(text.slice(at, at + 40))}`);
    }
    const size = sizeOf(line[1]!, leniency);
    at += line[0].length;
    if (size === 0) return readTrailers(text, at, body, leniency);
    body += text.slice(at, at + size);
    if (at + size + 2 > text.length) return { ...cut, body };
    const end = matchAt(chunkEnds[leniency.chunkEnd], text, at + size);
    if (end === null) refuse('a chunk without a line end');
    at += size + end[0].length;
  }
}

function readTrailers(text: string, at: number, body: string, leniency: Leniency): ReadBody {
  const section = linesOf(text, at, leniency.lineEnd);
  if (section === undefined) return { body, trailers: [], end: text.length, isWhole: false };
  return { body, trailers: fieldsOf(section.lines, leniency), end: section.end, isWhole: true };
}
