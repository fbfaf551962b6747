import {
  blanks,
  chunkEnds,
  chunkExtensions,
  chunkSizes,
  codingLines,
  lastChunks,
  lengthLines,
  lineEnds,
  trailerSections,
} from './spellings.ts';

/*
 * Combinations of spellings that are the same for requests and responses. Behind what is told to be content stands a
 * message that nobody sent: `hidden`.
 */

/** Content of many readings: as chunks it ends at once, and `hidden` follows; with a length it is one body. */
export const ambiguous = (hidden: string): string => `0\r\n\r\n${hidden}`;

/** Fills the length of a content into the spellings of Content-Length. */
export const withLength = (lines: string, length: number): string =>
  lines.replaceAll('#', String(length)).replaceAll('%', length.toString(16));

/** Every way to tell a length beside every way to tell a coding, in both orders. */
export const bothFramings: readonly string[] = lengthLines.flatMap((length) =>
  codingLines.flatMap((coding) => [`${length}\r\n${coding}`, `${coding}\r\nX-Between: 1\r\n${length}`]),
);

/** Every way to tell a length or a coding. */
export const oneFraming: readonly string[] = [...lengthLines, ...codingLines];

/** A head with each of its line ends replaced, one by one and all at once. */
export function withLineEnds(head: string): string[] {
  const places = [...head.matchAll(/\r\n/g)].map(({ index }) => index);
  return lineEnds.flatMap((end) => [
    ...places.map((at) => head.slice(0, at) + end + head.slice(at + 2)),
    head.replaceAll('\r\n', end),
  ]);
}

/** A field line with white space where it may stand and where it may not. */
export function withBlanks(line: string): string[] {
  const [name = '', value = ''] = line.split(': ');
  return blanks.flatMap((blank) => [
    `${blank}${name}: ${value}`,
    `${name}${blank}: ${value}`,
    `${name}:${blank}${value}`,
    `${name}: ${value}${blank}`,
    `${name.replace('-', blank)}: ${value}`,
    `A: 1\r\n${blank}\r\n${line}`,
    `A: 1${blank}${line}`,
  ]);
}

/** Bodies in chunks of every spelling, and `hidden` behind them. */
export function chunkedBodies(hidden: string): string[] {
  const rest = ambiguous(hidden);
  return [
    ...chunkSizes.flatMap((size) =>
      chunkExtensions.map((extension) => `${size}${extension}\r\nhello\r\n${rest}`),
    ),
    ...lastChunks.flatMap((last) =>
      trailerSections.map((section) => `5\r\nhello\r\n${last}${section}${hidden}`),
    ),
    ...chunkEnds.flatMap((end) => [
      ...lineEnds.map((lineEnd) => `5${lineEnd}hello${end}${rest}`),
      ...['hell', 'hello!', 'hello\r\n0'].map((text) => `5\r\n${text}${end}${rest}`),
    ]),
  ];
}
