import { readJsonLines } from '../support/jsonl.ts';
import { requestCases } from '../wire/matrix/request-cases.ts';
import { responseCases } from '../wire/matrix/response-cases.ts';
import { outcomeOf } from './message-outcome.ts';
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';
import { randomOf, type Target } from './target.ts';

const corpus = (name: string): Buffer[] =>
  readJsonLines<{ readonly b64: string }>(new URL(`../wire/corpora/${name}.jsonl`, import.meta.url)).map(
    ({ b64 }) => Buffer.from(b64, 'base64'),
  );

/** A part of the cases of a matrix. */
const some = (cases: readonly { readonly bytes: string }[]): Buffer[] =>
  cases.filter((_, i) => i % 17 === 0).map(({ bytes }) => Buffer.from(bytes, 'latin1'));

function* cut(bytes: Buffer, random: Random): Iterable<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + random.below(random.below(4) === 0 ? 64 : 4);
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

/** Bytes that come at once and in pieces are the same messages, and end in the same way. */
function checkCutting(kind: 'request' | 'response', bytes: Buffer): void {
  const whole = outcomeOf(kind, [bytes]);
  const pieces = outcomeOf(kind, cut(bytes, randomOf(bytes)));
  if (JSON.stringify(whole.messages) !== JSON.stringify(pieces.messages)) {
    throw new Error(`other messages in pieces: ${JSON.stringify([whole, pieces])}`);
  }
  const isRefused = [whole, pieces].map(({ refusal }) => refusal !== undefined);
  if (isRefused[0] !== isRefused[1]) throw new Error(`refused or not: ${JSON.stringify([whole, pieces])}`);
}

function parserTarget(name: string, seeds: readonly Buffer[], check: (bytes: Buffer) => void): Target {
  const start = async () => ({ check, [Symbol.asyncDispose]: async () => {} });
  return { name, seeds, mutate, start, runsInTests: 6_000 };
}

const chunkedHead = Buffer.from('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
const chunkSeeds = [
  '0\r\n\r\n',
  '5\r\nhello\r\n0\r\n\r\n',
  'a;b=c\r\n0123456789\r\n0\r\nT: 1\r\nU: 2\r\n\r\n',
  '01\r\nx\r\n00\r\n\r\n',
].map((text) => Buffer.from(text));

/** The parser, and the decoder of chunks. */
export const messageTargets: readonly Target[] = [
  parserTarget(
    'requests',
    [...corpus('llhttp-request'), ...corpus('guardian'), ...corpus('go-nethttp'), ...some(requestCases())],
    (bytes) => checkCutting('request', bytes),
  ),
  parserTarget('responses', [...corpus('llhttp-response'), ...some(responseCases())], (bytes) =>
    checkCutting('response', bytes),
  ),
  parserTarget('chunks', chunkSeeds, (bytes) => checkCutting('request', Buffer.concat([chunkedHead, bytes]))),
];
