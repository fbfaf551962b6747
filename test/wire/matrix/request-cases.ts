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

/** Some bytes that a client sends, one a character. */
export interface RequestCase {
  /** Also the value of `X-Case`, by which what is forwarded is told apart. */
  readonly id: string;
  readonly bytes: string;
}

type Build = (add: (bytes: string) => void) => void;

const host = 'Host: a.example\r\nX-Case: {id}\r\n';
const hidden = `GET /hidden HTTP/1.1\r\n${host}\r\n`;
/** Seen as chunks it ends at once, and a request follows; seen as a length it is one body. */
const ambiguous = `0\r\n\r\n${hidden}`;

const head = (lines: string, first = 'POST /a HTTP/1.1'): string => `${first}\r\n${host}${lines}\r\n\r\n`;

/** Fills the length of the content into the spellings of Content-Length; `{id}` is as long as the ids are. */
function withLength(lines: string, content: string): string {
  const length = content.replaceAll('{id}', idOf('x', 0)).length;
  return lines.replaceAll('#', String(length)).replaceAll('%', length.toString(16));
}

const message = (lines: string, content: string, first?: string): string =>
  head(withLength(lines, content), first) + content;

const bothFramings: Build = (add) => {
  for (const length of lengthLines) {
    for (const coding of codingLines) {
      add(message(`${length}\r\n${coding}`, ambiguous));
      add(message(`${coding}\r\nX-Between: 1\r\n${length}`, ambiguous));
    }
  }
};

const oneFraming: Build = (add) => {
  for (const lines of [...lengthLines, ...codingLines]) {
    for (const method of ['GET', 'POST', 'DELETE']) {
      for (const version of ['1.1', '1.0']) add(message(lines, ambiguous, `${method} /a HTTP/${version}`));
    }
    add(message(lines, 'hello', 'HEAD /a HTTP/1.1'));
    add(message(`${lines}\r\nConnection: keep-alive`, '5\r\nhello\r\n0\r\n\r\n', 'PUT /a HTTP/1.0'));
  }
};

const twoLengths: Build = (add) => {
  for (const first of lengthLines.slice(0, 26)) {
    for (const second of ['Content-Length: #', 'Content-Length: 0', 'content-length: 5']) {
      add(message(`${first}\r\n${second}`, ambiguous));
    }
  }
};

const ends: Build = (add) => {
  for (const framing of ['Content-Length: #', 'Transfer-Encoding: chunked']) {
    const whole = message(`${framing}\r\nA: 1`, ambiguous);
    const places = [...whole.slice(0, whole.indexOf('\r\n\r\n') + 4).matchAll(/\r\n/g)].map(
      ({ index }) => index,
    );
    for (const end of lineEnds) {
      for (const at of places) add(whole.slice(0, at) + end + whole.slice(at + 2));
      add(whole.slice(0, whole.indexOf('\r\n\r\n')).replaceAll('\r\n', end) + end + end + ambiguous);
    }
  }
};

const whiteSpace: Build = (add) => {
  for (const line of ['Content-Length: #', 'Transfer-Encoding: chunked', 'Host: b.example', 'A: 1']) {
    const [name = '', value = ''] = line.split(': ');
    for (const blank of blanks) {
      for (const each of [
        `${blank}${name}: ${value}`,
        `${name}${blank}: ${value}`,
        `${name}:${blank}${value}`,
        `${name}: ${value}${blank}`,
        `${name.replace('-', blank)}: ${value}`,
        `A: 1\r\n${blank}\r\n${line}`,
        `A: 1${blank}${line}`,
      ])
        add(message(each, ambiguous));
    }
  }
};

const chunks: Build = (add) => {
  const start = head('Transfer-Encoding: chunked');
  for (const size of chunkSizes) {
    for (const extension of chunkExtensions) add(`${start}${size}${extension}\r\nhello\r\n${ambiguous}`);
  }
  for (const last of lastChunks) {
    for (const section of trailerSections) add(`${start}5\r\nhello\r\n${last}${section}${hidden}`);
  }
  for (const end of chunkEnds) {
    for (const lineEnd of lineEnds) add(`${start}5${lineEnd}hello${end}${ambiguous}`);
    for (const data of ['hell', 'hello!', 'hello\r\n0']) add(`${start}5\r\n${data}${end}${ambiguous}`);
  }
};

const methods = ['GET', 'HEAD', 'POST', 'OPTIONS', 'TRACE', 'CONNECT', 'get', 'BREW', 'G(T', 'PRI', ''];
const targets = [
  '/a',
  '*',
  '',
  'a',
  '//a',
  '/a b',
  '/a\tb',
  '/a#b',
  '/a?b#c',
  '/\x80',
  '/\0',
  '/a\\b',
  'http://b.example/a',
  'http://b.example',
  'http://b.example:99999/',
  'HTTP://b.example/ HTTP/1.1\r\nX:',
  'http://user@b.example/',
  'https://b.example/?',
  'ftp://b.example/',
  'b.example:80',
  '/a HTTP/1.1\nX: ',
  '/a\rHTTP/1.1',
];
const versions = [
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/1.2',
  'HTTP/0.9',
  'HTTP/2.0',
  'http/1.1',
  'HTTP/1.1 ',
  'HTTP/01.1',
  'HTTP/1.10',
  '',
];

const firstLines: Build = (add) => {
  for (const method of methods) {
    for (const target of targets)
      add(message('Content-Length: #', ambiguous, `${method} ${target} HTTP/1.1`));
    for (const version of versions) add(message('Content-Length: #', ambiguous, `${method} /a ${version}`));
  }
  for (const version of versions) {
    for (const between of ['  ', '\t', '\v', '\xa0']) {
      add(message('Transfer-Encoding: chunked', ambiguous, `POST${between}/a ${version}`));
      add(message('Transfer-Encoding: chunked', ambiguous, `POST /a${between}${version}`));
    }
  }
  for (const before of ['\r\n', '\r\n\r\n', '\n', '\r', ' ', '\0', '\xef\xbb\xbf']) {
    add(before + message('Content-Length: #', ambiguous));
  }
};

const connectionOptions: Build = (add) => {
  const options = [
    'close',
    'keep-alive',
    'close, keep-alive',
    'upgrade',
    'TE',
    'content-length',
    'host',
    'a',
    ',',
    '',
  ];
  for (const option of options) {
    for (const version of ['1.1', '1.0']) {
      for (const method of ['GET', 'POST']) {
        for (const framing of [
          'Content-Length: #',
          'Transfer-Encoding: chunked',
          'Upgrade: h2c',
          'Expect: 100-continue',
        ]) {
          add(message(`Connection: ${option}\r\n${framing}`, ambiguous, `${method} /a HTTP/${version}`));
        }
      }
    }
  }
};

const builds: Readonly<Record<string, Build>> = {
  both: bothFramings,
  one: oneFraming,
  lengths: twoLengths,
  ends,
  blanks: whiteSpace,
  chunks,
  first: firstLines,
  connection: connectionOptions,
};

const idOf = (group: string, number: number): string =>
  `${group}-${String(number).padStart(5, '0')}`.padStart(16, '.');

/** Every combination, the same ones in the same order each time. */
export function requestCases(): RequestCase[] {
  return Object.entries(builds).flatMap(([group, build]) => {
    const texts: string[] = [];
    build((bytes) => texts.push(bytes));
    return texts.map((text, number) => {
      const id = idOf(group, number);
      return { id, bytes: text.replaceAll('{id}', id) };
    });
  });
}
