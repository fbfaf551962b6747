import {
  ambiguous,
  bothFramings,
  chunkedBodies,
  oneFraming,
  withBlanks,
  withLength,
  withLineEnds,
} from './combinations.ts';
import { lengthLines } from './spellings.ts';

/** Some bytes that a client sends, one a character. */
export interface RequestCase {
  /** Also the value of `X-Case`, by which what is forwarded is told apart. */
  readonly id: string;
  readonly bytes: string;
}

type Build = (add: (bytes: string) => void) => void;

const host = 'Host: a.example\r\nX-Case: {id}\r\n';
const hidden = `GET /hidden HTTP/1.1\r\n${host}\r\n`;
const content = ambiguous(hidden);

const head = (lines: string, first = 'POST /a HTTP/1.1'): string => `${first}\r\n${host}${lines}\r\n\r\n`;

/** A message that tells the length of its content; `{id}` is as long as the ids are. */
const message = (lines: string, first?: string, sent = content): string =>
  head(withLength(lines, sent.replaceAll('{id}', idOf('x', 0)).length), first) + sent;

const both: Build = (add) => {
  for (const lines of bothFramings) add(message(lines));
};

const one: Build = (add) => {
  for (const lines of oneFraming) {
    for (const method of ['GET', 'POST', 'DELETE']) {
      for (const version of ['1.1', '1.0']) add(message(lines, `${method} /a HTTP/${version}`));
    }
    add(message(lines, 'HEAD /a HTTP/1.1', 'hello'));
    add(message(`${lines}\r\nConnection: keep-alive`, 'PUT /a HTTP/1.0', '5\r\nhello\r\n0\r\n\r\n'));
  }
};

const lengths: Build = (add) => {
  for (const first of lengthLines.slice(0, 26)) {
    for (const second of ['Content-Length: #', 'Content-Length: 0', 'content-length: 5'])
      add(message(`${first}\r\n${second}`));
  }
};

const ends: Build = (add) => {
  for (const framing of ['Content-Length: #', 'Transfer-Encoding: chunked']) {
    const plain = message(`${framing}\r\nA: 1`).slice(0, -content.length);
    for (const each of withLineEnds(plain)) add(each + content);
  }
};

const blanks: Build = (add) => {
  for (const line of ['Content-Length: #', 'Transfer-Encoding: chunked', 'Host: b.example', 'A: 1']) {
    for (const each of withBlanks(line)) add(message(each));
  }
};

const chunks: Build = (add) => {
  for (const body of chunkedBodies(hidden)) add(head('Transfer-Encoding: chunked') + body);
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
    for (const target of targets) add(message('Content-Length: #', `${method} ${target} HTTP/1.1`));
    for (const version of versions) add(message('Content-Length: #', `${method} /a ${version}`));
  }
  for (const version of versions) {
    for (const between of ['  ', '\t', '\v', '\xa0']) {
      add(message('Transfer-Encoding: chunked', `POST${between}/a ${version}`));
      add(message('Transfer-Encoding: chunked', `POST /a${between}${version}`));
    }
  }
  for (const before of ['\r\n', '\r\n\r\n', '\n', '\r', ' ', '\0', '\xef\xbb\xbf']) {
    add(before + message('Content-Length: #'));
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
          add(message(`Connection: ${option}\r\n${framing}`, `${method} /a HTTP/${version}`));
        }
      }
    }
  }
};

const builds: Readonly<Record<string, Build>> = {
  both,
  one,
  lengths,
  ends,
  blanks,
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
