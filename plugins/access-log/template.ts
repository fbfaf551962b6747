import type { TemplatePart } from '../../core/index.ts';
import { apache } from './escape.ts';
import type { Field } from './fields.ts';
import { inOrder } from './formats.ts';
import { encode } from './line-bytes.ts';
import { type ValueStyle, type Writer, writerOf } from './values.ts';

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

const quotesIn = (text: string): number => text.split('"').length - 1;

/** One line in the form of a template, values escaped as Apache does it, `-` for what is missing. */
export function templateLines(
  parts: readonly TemplatePart[],
  fieldOf: (name: string) => Field,
  now: () => number,
): Writer {
  let quotes = 0;
  const writers: Writer[] = parts.map((part, index) => {
    if (typeof part !== 'string') {
      return writerOf(fieldOf(part.name), styleBetween(quotes % 2 === 1, parts[index + 1]), now);
    }
    quotes += quotesIn(part);
    const literal = encode(part);
    return (line) => line.append(literal);
  });
  const lineFeed = encode('\n');
  return inOrder([...writers, (line) => line.append(lineFeed)]);
}
