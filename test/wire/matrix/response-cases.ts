import {
  ambiguous,
  bothFramings,
  chunkedBodies,
  oneFraming,
  withBlanks,
  withLength,
  withLineEnds,
} from './combinations.ts';
import { blanks, codingLines, lengthLines } from './spellings.ts';

/** A request, and some bytes that a backend answers, one a character. */
export interface ResponseCase {
  readonly id: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'CONNECT';
  /** The request offers to switch to the protocol `echo`. */
  readonly offersSwitch: boolean;
  readonly bytes: string;
}

/** What is asked: a method, or a GET that offers to switch protocols. */
type Asked = ResponseCase['method'] | 'upgrade';
type Add = (bytes: string, asked?: Asked) => void;

/** A response that nobody asked for; who receives it as the answer to a request of his own was poisoned. */
export const poison = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON';
const content = ambiguous(poison);

const message = (
  lines: string,
  first = 'HTTP/1.1 200 OK',
  sent = content,
  toldLength = sent.length,
): string => `${first}\r\n${withLength(lines, toldLength)}\r\n\r\n${sent}`;
const hello = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

function both(add: Add): void {
  for (const [i, lines] of bothFramings.entries()) if (i % 2 === ((i >> 1) % 5) % 2) add(message(lines));
}

function one(add: Add): void {
  for (const lines of oneFraming) {
    for (const status of [200, 206, 404]) add(message(lines, `HTTP/1.1 ${status} Sure`));
    add(message(lines), 'POST');
    add(message(lines, 'HTTP/1.0 200 OK'));
    add(message(`${lines}\r\nConnection: keep-alive`, 'HTTP/1.0 200 OK'));
  }
}

/** Every way to frame what has no content: one way alone, or beside the plainest of the other kind. */
const framings: readonly string[] = [
  ...oneFraming,
  ...lengthLines.map((line) => `${line}\r\nTransfer-Encoding: chunked`),
  ...codingLines.map((line) => `Content-Length: #\r\n${line}`),
];

const withoutContent: readonly (readonly [first: string, asked?: Asked])[] = [
  ['HTTP/1.1 200 OK', 'HEAD'],
  ['HTTP/1.0 200 OK', 'HEAD'],
  ['HTTP/1.1 304 Not Modified', 'HEAD'],
  ['HTTP/1.1 404 Not Found', 'HEAD'],
  ['HTTP/1.1 204 No Content'],
  ['HTTP/1.1 304 Not Modified'],
  ['HTTP/1.1 205 Reset Content'],
];

/** Responses without content that tell a length nevertheless, with nothing behind them and with something. */
function bodiless(add: Add): void {
  for (const lines of framings) {
    for (const [first, asked] of withoutContent) {
      add(message(lines, first, '', content.length), asked);
      add(message(lines, first), asked);
    }
  }
}

function interim(add: Add): void {
  for (const lines of framings) {
    for (const first of ['HTTP/1.1 100 Continue', 'HTTP/1.1 103 Early Hints', 'HTTP/1.0 199 Sure'])
      add(message(lines, first, hello, 0));
    add(message(lines, 'HTTP/1.1 102 Processing', message('Content-Length: 9', undefined, ''), 0), 'HEAD');
    add(message(lines, 'HTTP/1.1 103 Early Hints'), 'POST');
  }
}

const upgraded = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo';

/** Responses behind which the connection is a tunnel, and such that only look like it. */
function switches(add: Add): void {
  for (const lines of framings) {
    for (const first of ['HTTP/1.1 200 OK', 'HTTP/1.1 204 No Content', 'HTTP/1.0 299 Sure', upgraded])
      add(message(lines, first), 'CONNECT');
    add(message(lines, 'HTTP/1.1 403 Forbidden'), 'CONNECT');
    add(message(lines, 'HTTP/1.1 100 Continue', message('A: 1'), 0), 'CONNECT');
    for (const first of [upgraded, upgraded.replace('echo', 'h2c'), upgraded.replace('1.1', '1.0')])
      add(message(lines, first), 'upgrade');
    add(message(lines, upgraded));
    add(message(lines, 'HTTP/1.1 200 OK'), 'upgrade');
  }
}

function ends(add: Add): void {
  for (const framing of ['Content-Length: #', 'Transfer-Encoding: chunked']) {
    const head = message(`${framing}\r\nA: 1`, undefined, '', content.length);
    for (const each of withLineEnds(head)) add(each + content);
  }
}

function whiteSpace(add: Add): void {
  for (const line of ['Content-Length: #', 'Transfer-Encoding: chunked', 'Set-Cookie: a=1']) {
    for (const each of withBlanks(line)) add(message(each));
    for (const blank of blanks) add(message(line, `HTTP/1.1 200 OK${blank}A: 1`));
  }
}

function chunks(add: Add): void {
  for (const body of chunkedBodies(poison))
    add(message('Transfer-Encoding: chunked', 'HTTP/1.1 200 OK', body));
}

const firstLines = [
  'HTTP/1.1 200',
  'HTTP/1.1 200 ',
  'HTTP/1.1  200 OK',
  'HTTP/1.1 20 OK',
  'HTTP/1.1 2000 OK',
  'HTTP/1.1 099 OK',
  'HTTP/1.1 999 OK',
  'HTTP/1.2 200 OK',
  'HTTP/2 200 OK',
  'HTTP/1.1\t200\tOK',
  ' HTTP/1.1 200 OK',
  'http/1.1 200 OK',
  'ICY 200 OK',
  'HTTP/1.1 200 \0',
  'HTTP/1.1 200 a\rb',
  'HTTP/1.1 101 Sure',
  'HTTP/1.1 100 Continue',
  'HTTP/1.1 199 Sure',
  'HTTP/1.1 205 Sure',
  '',
];

function startLines(add: Add): void {
  for (const first of firstLines) {
    for (const framing of [
      'Content-Length: #',
      'Transfer-Encoding: chunked',
      'Connection: close',
      'Upgrade: h2c\r\nConnection: upgrade',
    ]) {
      add(message(framing, first));
      add(message(framing, first, hello, 0));
    }
  }
  for (const before of ['\r\n', '\n', ' ', '\0', poison, poison + poison]) add(before + hello);
}

/** Every combination, the same ones in the same order each time. */
export function responseCases(): ResponseCase[] {
  const cases = new Map<string, ResponseCase>();
  const add: Add = (bytes, asked = 'GET') => {
    const method = asked === 'upgrade' ? 'GET' : asked;
    const key = `${asked} ${bytes}`;
    if (!cases.has(key))
      cases.set(key, { id: String(cases.size), method, offersSwitch: asked === 'upgrade', bytes });
  };
  for (const build of [both, one, bodiless, interim, switches, ends, whiteSpace, chunks, startLines])
    build(add);
  return [...cases.values()];
}
