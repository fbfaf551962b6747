import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRequestHead, parseResponseHead } from '../../../core/http1/head-parser.ts';
import { HeadReader } from '../../../core/http1/head-reader.ts';
import { GatewayError } from '../../../core/errors.ts';
import { decodeChunks } from '../../support/chunks.ts';

const limits = { maxHeadBytes: 600, maxTargetBytes: 40, maxFieldCount: 4 };
const runs = { seed: 7, numRuns: 1_500 };

/** Text made of pieces that matter to a parser, mostly well-formed. */
const textOf = (...pieces: string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(''));

/** Places at which a text is cut: mostly few, sometimes at every byte. */
const cuts = fc.oneof(
  fc.array(fc.oneof(fc.nat(12), fc.nat(200)), { maxLength: 4 }),
  fc.constant(Array.from({ length: 900 }, (_, i) => i)),
);

function cut(text: string, places: readonly number[]): string[] {
  const sorted = [...new Set(places)].filter((at) => at > 0 && at < text.length).sort((a, b) => a - b);
  return [0, ...sorted].map((at, i) => text.slice(at, sorted[i] ?? text.length));
}

/** What `run` gives, or that it refuses; which of several faults is told first may depend on the cuts. */
function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof GatewayError) return 'refused';
    throw error;
  }
}

const heads = { request: parseRequestHead, response: parseResponseHead };

function readHeads(kind: keyof typeof heads, pieces: readonly string[]): unknown[] {
  const reader = new HeadReader<object>(heads[kind], limits);
  const found: unknown[] = [];
  for (const piece of pieces) {
    // the memory is used again for every piece, as that of a socket is
    const bytes = Buffer.from(piece, 'latin1');
    let at = 0;
    while (at < bytes.length) {
      const parsed = reader.read(bytes, at, bytes.length);
      if (parsed === undefined) break;
      const { fields, ...head } = parsed.head as { fields: { lines: string } };
      found.push({ ...head, fields: fields.lines });
      at = parsed.end;
    }
    bytes.fill('!');
  }
  return found;
}

const starts: Record<keyof typeof heads, fc.Arbitrary<string>> = {
  request: fc.constantFrom(
    'GET /a HTTP/1.1\r\n',
    'POST /?q HTTP/1.0\r\n',
    'G\x00T / HTTP/1.1\r\n',
    `GET /${'a'.repeat(50)} HTTP/1.1\r\n`,
    '\r\nGET /b HTTP/1.1\r\n',
    '\r\n\r\nGET /c HTTP/1.1\r\n',
  ),
  response: fc.constantFrom(
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.0 404\r\n',
    'HTTP/1.1 99 x\r\n',
    'HTTP/1.1 100 \r\n',
  ),
};
const fieldText = textOf(
  'A: 1\r\n',
  'Host: x\r\n',
  'B:2 \r\n',
  'Content-Length: 3\r\n',
  'Connection: a\r\n',
  '\r',
  '\n',
  ' ',
  `C: ${'c'.repeat(200)}\r\n`,
);

test.each(['request', 'response'] as const)(
  'heads of a %s are the same however the bytes are cut',
  (kind) => {
    const messages = fc.array(
      fc.tuple(starts[kind], fieldText).map((parts) => `${parts.join('')}\r\n`),
      { minLength: 1, maxLength: 3 },
    );
    const property = fc.property(messages, cuts, (texts, places) => {
      const text = texts.join('');
      expect(outcome(() => readHeads(kind, cut(text, places)))).toEqual(
        outcome(() => readHeads(kind, [text])),
      );
    });
    fc.assert(property, runs);
  },
);

test('a chunked body is the same however the bytes are cut', () => {
  const body = fc.tuple(
    textOf(
      '5\r\nhello\r\n',
      '1\r\nx\r\n',
      '2;e=1\r\n\r\n\r\n',
      'A\r\n0123456789\r\n',
      '\r\n',
      '3\r\nabcd\r\n',
    ),
    fc.constantFrom('0\r\n', '00;e\r\n', '0\r\nX: 1\r\n', '0\r\nX : 1\r\n', '0\r\nX: 1\nY: 2\r\n', ''),
    fc.constantFrom('\r\n', '\n', '', '\r\nGET / HTTP/1.1\r\n\r\n'),
  );
  const property = fc.property(body, cuts, (parts, places) => {
    const text = parts.join('');
    expect(outcome(() => decodeChunks(cut(text, places)))).toEqual(outcome(() => decodeChunks([text])));
  });
  fc.assert(property, runs);
});

test('data comes out of chunks as it was put in', () => {
  const property = fc.property(
    fc.array(fc.string({ minLength: 1, maxLength: 40, unit: 'binary-ascii' }), { maxLength: 5 }),
    cuts,
    (pieces, places) => {
      const chunks = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('');
      expect(decodeChunks(cut(`${chunks}0\r\n\r\n`, places))).toMatchObject({
        data: pieces.join(''),
        isDone: true,
      });
    },
  );
  fc.assert(property, runs);
});
