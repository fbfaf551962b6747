import { json, needsNoQuotes } from './escape.ts';
import type { Field } from './fields.ts';
import { encode, type LineBytes } from './line-bytes.ts';
import { inOrder, type Writer } from './runs.ts';
import { partOf, type ValueStyle } from './values.ts';

const openBrace = 0x7b;
const closeBrace = 0x7d;
const lineFeed = 0x0a;
const quote = 0x22;
const nothing = encode('');

const jsonText = (line: LineBytes, text: string): void => line.text(text, json);

function jsonStyle(name: string): ValueStyle {
  const key = `,${JSON.stringify(name)}:`;
  return {
    before: encode(key),
    after: nothing,
    beforeText: encode(`${key}"`),
    afterText: encode('"'),
    text: jsonText,
    set: encode(`${key}true`),
    absent: nothing,
  };
}

/** One JSON object a line, in printable ASCII. */
export function jsonLines(fields: readonly Field[], now: () => number): Writer {
  const members = inOrder(fields.map((field) => partOf(field, jsonStyle(field.name), now)));
  return (line, exchange, measures) => {
    const start = line.length;
    members(line, exchange, measures);
    if (line.length === start) line.byte(openBrace);
    else line.bytes[start] = openBrace; // where the comma before the first member is
    line.byte(closeBrace);
    line.byte(lineFeed);
  };
}

function logfmtText(line: LineBytes, text: string): void {
  if (needsNoQuotes(text)) return line.ascii(text);
  line.byte(quote);
  line.text(text, json);
  line.byte(quote);
}

function logfmtStyle(name: string): ValueStyle {
  const before = encode(`${name}=`);
  const after = encode(' ');
  return {
    before,
    after,
    beforeText: before,
    afterText: after,
    text: logfmtText,
    set: encode(`${name}=true `),
    absent: nothing,
  };
}

/** `key=value` pairs, values in quotes where they need them. */
export function logfmtLines(fields: readonly Field[], now: () => number): Writer {
  const pairs = inOrder(fields.map((field) => partOf(field, logfmtStyle(field.name), now)));
  return (line, exchange, measures) => {
    const start = line.length;
    pairs(line, exchange, measures);
    if (line.length === start) line.byte(lineFeed);
    else line.bytes[line.length - 1] = lineFeed; // where the blank behind the last pair is
  };
}
