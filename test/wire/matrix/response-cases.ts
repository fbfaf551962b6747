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

/** Some bytes that a backend answers, one a character. */
export interface ResponseCase {
  readonly id: string;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly bytes: string;
}

type Add = (bytes: string, method?: ResponseCase['method']) => void;

/** A response that nobody asked for; who receives it as the answer to a request of his own was poisoned. */
const poison = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON';
const ambiguous = `0\r\n\r\n${poison}`;

const message = (lines: string, content: string, first = 'HTTP/1.1 200 OK'): string =>
  `${first}\r\n${lines.replaceAll('#', String(content.length)).replaceAll('%', content.length.toString(16))}\r\n\r\n${content}`;

function bothFramings(add: Add): void {
  for (const [i, length] of lengthLines.entries()) {
    for (const [j, coding] of codingLines.entries()) {
      const lines = (i + j) % 2 === 0 ? [length, coding] : [coding, length];
      add(message(lines.join('\r\n'), ambiguous));
    }
  }
}

function oneFraming(add: Add): void {
  for (const lines of [...lengthLines, ...codingLines]) {
    for (const status of [200, 204, 206, 304, 404]) add(message(lines, ambiguous, `HTTP/1.1 ${status} Sure`));
    add(message(lines, ambiguous), 'HEAD');
    add(message(lines, ambiguous), 'POST');
    add(message(lines, ambiguous, 'HTTP/1.0 200 OK'));
    add(message(`${lines}\r\nConnection: keep-alive`, ambiguous, 'HTTP/1.0 200 OK'));
    add(message(lines, '', 'HTTP/1.1 103 Early Hints') + message('Content-Length: #', 'hello'));
  }
}

function ends(add: Add): void {
  for (const framing of ['Content-Length: #', 'Transfer-Encoding: chunked']) {
    const whole = message(`${framing}\r\nA: 1`, ambiguous);
    const head = whole.slice(0, whole.indexOf('\r\n\r\n') + 4);
    for (const end of lineEnds) {
      for (const { index } of head.matchAll(/\r\n/g))
        add(whole.slice(0, index) + end + whole.slice(index + 2));
      add(head.replaceAll('\r\n', end) + ambiguous);
    }
  }
}

function whiteSpace(add: Add): void {
  for (const line of ['Content-Length: #', 'Transfer-Encoding: chunked', 'Set-Cookie: a=1']) {
    const [name = '', value = ''] = line.split(': ');
    for (const blank of blanks) {
      add(message(`${blank}${name}: ${value}`, ambiguous));
      add(message(`${name}${blank}: ${value}`, ambiguous));
      add(message(`${name}: ${value}${blank}`, ambiguous));
      add(message(`A: 1${blank}${line}`, ambiguous));
      add(message(line, ambiguous, `HTTP/1.1 200 OK${blank}A: 1`));
    }
  }
}

function chunks(add: Add): void {
  const start = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  for (const [i, size] of chunkSizes.entries()) {
    for (const [j, extension] of chunkExtensions.entries()) {
      if ((i + j) % 2 === 0) add(`${start}${size}${extension}\r\nhello\r\n${ambiguous}`);
    }
  }
  for (const last of lastChunks) {
    for (const section of trailerSections) add(`${start}5\r\nhello\r\n${last}${section}${poison}`);
  }
  for (const end of chunkEnds) {
    for (const lineEnd of lineEnds) add(`${start}5${lineEnd}hello${end}${ambiguous}`);
  }
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
      add(message(framing, ambiguous, first));
      add(message(framing, '', first) + message('Content-Length: #', 'hello'));
    }
  }
  for (const before of ['\r\n', '\n', ' ', '\0', poison, poison + poison])
    add(before + message('Content-Length: #', 'hello'));
}

/** Every combination, the same ones in the same order each time. */
export function responseCases(): ResponseCase[] {
  const cases: ResponseCase[] = [];
  const add: Add = (bytes, method = 'GET') => cases.push({ id: String(cases.length), method, bytes });
  for (const build of [bothFramings, oneFraming, ends, whiteSpace, chunks, startLines]) build(add);
  return cases;
}
