import { type AnsweredMethods, type ReadMessage, readAs } from '../../support/lenient-reader.ts';
import { type Leniency, readings, strict } from '../../support/readings.ts';

/** Messages as a reader sees them that does not look at the content of some methods, or takes trailers for fields. */
function seenBy(
  { withoutContent, mergesTrailers }: Leniency,
  messages: readonly ReadMessage[],
): ReadMessage[] {
  return messages.map((message) => {
    if (withoutContent.includes(message.first.split(' ')[0]!))
      return { ...message, body: '', trailers: [], isWhole: true };
    if (!mergesTrailers) return message;
    return { ...message, fields: [...message.fields, ...message.trailers], trailers: [] };
  });
}

/** White space and controls around a value are no difference in what a message says. */
function toText({ first, fields, body, trailers, isWhole }: ReadMessage): string {
  const plain = (field: string): string => field.replace(/[\0-\x20\x7f\x85\xa0]/g, '');
  return JSON.stringify({ first, fields: fields.map(plain), body, trailers: trailers.map(plain), isWhole });
}

const isSame = (a: ReadMessage, b: ReadMessage | undefined): boolean =>
  a === b || (b !== undefined && toText(a) === toText(b));

/** What the bytes of one direction of a connection say strictly, and every reading that finds something else in them. */
export function differencesIn(
  bytes: string,
  answered?: AnsweredMethods,
): { readonly messages: readonly ReadMessage[]; readonly differences: readonly string[] } {
  const { messages, refusal } = readAs(bytes, strict, answered);
  const differences = refusal === undefined ? [] : [`a strict reading refuses: ${refusal}`];
  for (const [name, leniency] of Object.entries(readings)) {
    const found = readAs(bytes, leniency, answered);
    const expected = seenBy(leniency, messages);
    const at = expected.findIndex((each, i) => !isSame(each, found.messages[i]));
    if (at < 0 && found.messages.length === expected.length && found.refusal === refusal) continue;
    const place = at < 0 ? Math.min(expected.length, found.messages.length) : at;
    differences.push(
      `${name}: ${JSON.stringify(found.messages[place] ?? found.refusal)} instead of ${JSON.stringify(expected[place])}`,
    );
  }
  return { messages, differences };
}
