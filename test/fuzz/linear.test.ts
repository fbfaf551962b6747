import { expect, test } from 'vitest';
import { cpuRatio } from './cpu-ratio.ts';
import { outcomeOf, type OutcomeLimits } from './message-outcome.ts';

const generous: OutcomeLimits = {
  maxHeadBytes: 1 << 20,
  maxTargetBytes: 1 << 20,
  maxFieldCount: 1 << 20,
  maxBodyBytes: 1 << 30,
  maxTrailerBytes: 1 << 20,
};
const shortBytes = 8_192;
const longBytes = 65_536;
/** Eight times the length may take at most twice eight times as long; quadratic would be 64 times. */
const maxRatio = (2 * longBytes) / shortBytes;

const start = 'GET / HTTP/1.1\r\nHost: a\r\n';
const fill = (piece: string, length: number): string => piece.repeat(Math.ceil(length / piece.length));
const withField = (value: (length: number) => string) => (length: number) =>
  `${start}A: ${value(length)}\r\n\r\n`;

/** Heads and bodies of a length, in shapes that invite a second look at every byte. */
const shapes: Readonly<Record<string, (length: number) => string>> = {
  'a long target': (length) => `GET /${fill('a', length)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  'a target of encoded dots': (length) => `GET /${fill('%2e%2f', length)}x HTTP/1.1\r\nHost: a\r\n\r\n`,
  'a target of slashes': (length) => `GET ${fill('/;', length)}x HTTP/1.1\r\nHost: a\r\n\r\n`,
  'one long value': withField((length) => fill('a', length)),
  'a value of blanks': withField((length) => `${fill(' ', length)}a${fill(' ', length)}`),
  'a value of blanks and letters': withField((length) => fill('a ', length)),
  'a long name': (length) => `${start}${fill('a', length)}: 1\r\n\r\n`,
  'many short fields': (length) => `${start}${fill('a:\r\n', length)}\r\n`,
  'many fields that are written anew': (length) => `${start}${fill('a:  1 \r\n', length)}\r\n`,
  'many fields, each of which is taken out': (length) =>
    `${start}${fill('keep-alive: 1\r\nA: 1\r\n', length)}\r\n`,
  'many options of Connection': (length) => `${start}Connection: ${fill('a,', length)}\r\n\r\n`,
  'many lines of Connection': (length) => `${start}${fill('connection: a\r\n', length)}\r\n`,
  'many lines of TE': (length) => `${start}${fill('te: a\r\n', length)}\r\n`,
  'many codings': (length) => `${start}Transfer-Encoding: ${fill('a,', length)}\r\n\r\n`,
  'many lines of Transfer-Encoding': (length) => `${start}${fill('transfer-encoding: a\r\n', length)}\r\n`,
  'many Hosts': (length) => `${start}${fill('Host: a\r\n', length)}\r\n`,
  'a long Host': (length) => `GET / HTTP/1.1\r\nHost: ${fill('a.', length)}\r\n\r\n`,
  'a Host of colons': (length) => `GET / HTTP/1.1\r\nHost: [${fill(':', length)}]\r\n\r\n`,
  'a length of many digits': (length) => `${start}Content-Length: ${fill('0', length)}\r\n\r\n`,
  'a head without an end': (length) => `${start}A: ${fill('a', length)}`,
  'many small chunks': (length) =>
    `${start}Transfer-Encoding: chunked\r\n\r\n${fill('1\r\na\r\n', length)}0\r\n\r\n`,
  'many trailers': (length) =>
    `${start}Transfer-Encoding: chunked\r\n\r\n0\r\n${fill('a: 1\r\n', length)}\r\n`,
  'a long trailer': (length) =>
    `${start}Transfer-Encoding: chunked\r\n\r\n0\r\na: ${fill('a', length)}\r\n\r\n`,
};

function* inPieces(bytes: Buffer, size: number): Iterable<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function ratioOf(shape: (length: number) => string, size: number): number {
  const read = (bytes: Buffer): unknown => outcomeOf('request', inPieces(bytes, size), generous);
  const [short, long] = [shape(shortBytes), shape(longBytes)].map((text) => Buffer.from(text, 'latin1'));
  return cpuRatio(
    () => read(short!),
    () => read(long!),
    maxRatio,
  );
}

test.each(Object.entries(shapes))(
  '%s of 64 KB takes at most twice what its length suggests',
  (_name, shape) => {
    expect(ratioOf(shape, longBytes)).toBeLessThan(maxRatio);
  },
);

test.each(Object.entries(shapes))(
  '%s of 64 KB, byte by byte, takes at most twice what its length suggests',
  (_name, shape) => {
    expect(ratioOf(shape, 1)).toBeLessThan(maxRatio);
  },
);
