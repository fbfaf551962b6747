import { reasonPhrase } from '../message/status.ts';

type Fields = Readonly<Record<string, string>> | Iterable<readonly [name: string, value: string]>;

/** One answer of a scripted origin: a well-formed response, and what may go wrong with it. */
export interface OriginAnswer {
  /** Default: 200. */
  readonly status?: number;
  readonly reason?: string;
  /** Pairs when order or repetition matters; sent as they are. */
  readonly headers?: Fields;
  readonly body?: string | Uint8Array;
  /** Interim (1xx) responses before it. */
  readonly interim?: readonly { readonly status: number; readonly headers?: Fields }[];
  /** Send the body in chunks: `true` as one, a number as chunks of that many bytes. Trailers imply it. */
  readonly chunked?: boolean | number;
  readonly trailers?: Fields;
  /** What Content-Length says, where it is to lie; `false` sends none, and the body ends with the connection. */
  readonly contentLength?: number | false;
  /** These bytes instead of all of the above; text stands for one byte per character. */
  readonly raw?: string | Uint8Array;
  /** Answer when the request head is there, without waiting for its body. */
  readonly isEarly?: boolean;
  /** Wait for this before the first byte. */
  readonly after?: Promise<unknown>;
  /** Send slowly: so many bytes at a time, with a pause between. */
  readonly drip?: { readonly bytes: number; readonly everyMs: number };
  /** Send only the first bytes, so many, and then do what `ending` says. */
  readonly cutAt?: number;
  /**
   * What becomes of the connection: `keep` it (with `cutAt`: hang), `close` both directions, or `reset` it.
   * Default: `close` without a Content-Length, else `keep`.
   */
  readonly ending?: 'keep' | 'close' | 'reset';
}

function pairsOf(fields: Fields = {}): (readonly [string, string])[] {
  return Symbol.iterator in fields ? [...fields] : Object.entries(fields);
}

function lines(fields: readonly (readonly [string, string])[]): string {
  return fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
}

function headText(status: number, reason: string | undefined, fields: string): string {
  return `HTTP/1.1 ${status} ${reason ?? reasonPhrase(status)}\r\n${fields}\r\n`;
}

function inChunks(body: Buffer, size: number, trailers: Fields | undefined): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.subarray(at, at + size);
    pieces.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat([...pieces, Buffer.from(`0\r\n${lines(pairsOf(trailers))}\r\n`, 'latin1')]);
}

function framingOf(answer: OriginAnswer, status: number, bodyLength: number): string {
  const { chunked = answer.trailers !== undefined, contentLength = bodyLength } = answer;
  if (chunked !== false) return 'Transfer-Encoding: chunked\r\n';
  const hasNone = contentLength === false || (answer.contentLength === undefined && isBodiless(status));
  return hasNone ? '' : `Content-Length: ${contentLength}\r\n`;
}

function isBodiless(status: number): boolean {
  return status < 200 || status === 204 || status === 304;
}

/** The bytes of an answer; those of one to HEAD end with the head. */
export function bytesOf(answer: OriginAnswer, method: string): Buffer {
  const { raw, status = 200, chunked = answer.trailers !== undefined } = answer;
  if (raw !== undefined) return typeof raw === 'string' ? Buffer.from(raw, 'latin1') : Buffer.from(raw);
  const body = Buffer.from(answer.body ?? '');
  const interim = (answer.interim ?? []).map((each) =>
    headText(each.status, undefined, lines(pairsOf(each.headers))),
  );
  const fields = lines(pairsOf(answer.headers)) + framingOf(answer, status, body.length);
  const head = Buffer.from(interim.join('') + headText(status, answer.reason, fields), 'latin1');
  if (method === 'HEAD' || isBodiless(status)) return head;
  if (chunked === false) return Buffer.concat([head, body]);
  const size = typeof chunked === 'number' ? chunked : Math.max(1, body.length);
  return Buffer.concat([head, inChunks(body, size, answer.trailers)]);
}

/** What becomes of the connection behind the answer. */
export function endingOf(answer: OriginAnswer): 'keep' | 'close' | 'reset' {
  return answer.ending ?? (answer.contentLength === false ? 'close' : 'keep');
}
