import { bodyOf, type Lines, linesOf, type ReadBody } from './lenient-body.ts';
import { type Fields, fieldsOf, Refused, refuse } from './lenient-fields.ts';
import type { Leniency } from './readings.ts';

/** One message as some reading finds it in bytes. */
export interface ReadMessage {
  readonly first: string;
  /** `name: value`, names in lower case. */
  readonly fields: readonly string[];
  readonly body: string;
  readonly trailers: readonly string[];
  /** False when the bytes end before the message does. */
  readonly isWhole: boolean;
  /** Index in the bytes behind it. */
  readonly end: number;
}

export interface Reading {
  readonly messages: readonly ReadMessage[];
  /** Why reading stopped before the end of the bytes. */
  readonly refusal: string | undefined;
}

/** Methods that the responses answer, in order; undefined reads requests. */
export type AnsweredMethods = readonly string[] | undefined;

const firstLines = {
  request: {
    strict: /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21-\x7e]+ HTTP\/1\.[01]$/,
    blanks: /^[ \t\v\f]*\S+[ \t\v\f]+\S+[ \t\v\f]+HTTP\/\d+\.\d+[ \t\v\f\r]*$/,
    words: /^\s*\S+(\s+\S+)*\s*$/,
  },
  response: {
    strict: /^HTTP\/1\.[01] [1-9][0-9]{2}(?: [\t\x20-\x7e\x80-\xff]*)?$/,
    blanks: /^\s*HTTP\/\d+(\.\d+)?\s+\d{3}.*$/i,
    words: /^\s*\S*\s+\d+.*$/,
  },
};

function readHead(text: string, at: number, leniency: Leniency): Lines | undefined {
  if (leniency.emptyLines === 'skipped') while (text[at] === '\r' || text[at] === '\n') at++;
  if (at >= text.length) return undefined;
  const head = linesOf(text, at, leniency.lineEnd);
  if (head === undefined) refuse('a head without an end');
  return head;
}

function isBodiless(first: string, method: string | undefined): boolean {
  const status = Number(/\d{3}/.exec(first.slice(8))?.[0] ?? 0);
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return true;
  return method === 'CONNECT' && status < 300;
}

/** True for a response that others follow to the same request. */
export const isInterim = ({ first }: { readonly first: string }): boolean => / 1(?!01)\d\d/.test(first);

/** True for a response behind which the connection is no longer HTTP: 101, and 2xx to CONNECT. */
export function isSwitch({ first }: { readonly first: string }, method: string | undefined): boolean {
  return / 101(?!\d)/.test(first) || (method === 'CONNECT' && / 2\d\d/.test(first));
}

const closes = (fields: Fields): boolean =>
  fields.some(([name, value]) => name === 'connection' && /\bclose\b/i.test(value));

const text = (fields: Fields): string[] => fields.map(([name, value]) => `${name}: ${value}`);

function contentOf(input: string, head: Lines, fields: Fields, first: string, how: Leniency): ReadBody {
  const none = { body: '', trailers: [], end: head.end, isWhole: true };
  return how.withoutContent.includes(first.split(' ')[0]!)
    ? none
    : bodyOf(input, head.end, fields, first, how);
}

/** Reads the bytes of one direction of a connection, one a character, as `leniency` says. */
export function readAs(input: string, leniency: Leniency, answered: AnsweredMethods): Reading {
  const messages: ReadMessage[] = [];
  const methods = answered?.slice();
  const pattern = firstLines[methods === undefined ? 'request' : 'response'][leniency.firstLine];
  try {
    for (let at = 0; at < input.length; ) {
      const head = readHead(input, at, leniency);
      if (head === undefined) break;
      const [first = '', ...lines] = head.lines;
      if (!pattern.test(first)) refuse(`a malformed first line ${JSON.stringify(first)}`);
      const fields = fieldsOf(lines, leniency);
      const method = methods?.[0];
      const isWithout = methods !== undefined && isBodiless(first, method);
      const content = isWithout
        ? { body: '', trailers: [], end: head.end, isWhole: true }
        : contentOf(input, head, fields, first, leniency);
      const all = leniency.mergesTrailers ? [...fields, ...content.trailers] : fields;
      messages.push({
        first,
        fields: text(all),
        body: content.body,
        trailers: leniency.mergesTrailers ? [] : text(content.trailers),
        isWhole: content.isWhole,
        end: content.end,
      });
      at = content.end;
      if (methods !== undefined && isInterim({ first })) continue;
      if (closes(all)) break; // RFC 9112 9.6: nothing behind it is looked at
      if (methods !== undefined && isSwitch({ first }, methods.shift())) break;
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { messages, refusal: error.message };
  }
  return { messages, refusal: undefined };
}
