import type { TemplatePart } from '../../core/index.ts';
import { apache } from './escape.ts';
import type { Field } from './fields.ts';
import { encode } from './line-bytes.ts';
import { inOrder, type Part, type Writer } from './runs.ts';
import { partOf, type ValueStyle } from './values.ts';

/** Apache's combined format. */
export const combinedTemplate =
  '{client} - - [{time.common}] "{method} {target} HTTP/{httpVersion}" {status} {bytesSent.common} "{referer}" "{userAgent}"';

const nothing = encode('');

/** What follows a value in the template cannot be in it, nor can a blank outside of quotes: columns stay columns. */
function styleBetween(isQuoted: boolean, following: TemplatePart | undefined): ValueStyle {
  const end = typeof following === 'string' ? following.charAt(0) : '';
  const escaping = apache(isQuoted ? end : ` ${end}`);
  return {
    before: nothing,
    after: nothing,
    beforeText: nothing,
    afterText: nothing,
    text: (line, text) => (text === '' ? line.ascii('-') : line.text(text, escaping)),
    set: encode('slow'),
    absent: encode('-'),
  };
}

/** Text that depends on nothing: it joins what is before it. */
function literal(text: string, before: Part | undefined): Part {
  const piece = encode(text);
  return { write: (line) => line.append(piece), dependsOn: before?.dependsOn };
}

const quotesIn = (text: string): number => text.split('"').length - 1;

/** One line in the form of a template, values escaped as Apache does it, `-` for what is missing. */
export function templateLines(
  parts: readonly TemplatePart[],
  fieldOf: (name: string) => Field,
  now: () => number,
): Writer {
  let quotes = 0;
  const written: Part[] = [];
  for (const [index, part] of parts.entries()) {
    if (typeof part === 'string') {
      quotes += quotesIn(part);
      written.push(literal(part, written.at(-1)));
    } else {
      const style = styleBetween(quotes % 2 === 1, parts[index + 1]);
      written.push(partOf(fieldOf(part.name), style, now));
    }
  }
  return inOrder([...written, literal('\n', written.at(-1))]);
}
